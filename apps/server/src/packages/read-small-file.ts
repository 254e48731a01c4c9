import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * The text of a regular file. Throws an error whose message begins with "it" and has no path, for what is larger, cannot be read,
 * or is something else: a device has no end, and a pipe may never have a writer.
 */
export async function readSmallFile(path: string, mostBytes: number): Promise<string> {
  // Without waiting for a writer, should it be a pipe.
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(refuse);
  // Of what is open, not of the name, which may lead elsewhere a moment later.
  const found = await file.stat().catch(refuse);
  if (!found.isFile()) throw new Error("it is no regular file");
  if (found.size > mostBytes) throw tooLarge(found.size, mostBytes);
  return await readAll(file, mostBytes);
}

/** It may have grown meanwhile. */
async function readAll(file: FileHandle, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const stream = file.createReadStream({ autoClose: false, end: mostBytes });
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
    }
  } catch (error) {
    refuse(error);
  }
  if (sizeBytes > mostBytes) throw tooLarge(sizeBytes, mostBytes);
  return Buffer.concat(chunks).toString();
}

const tooLarge = (sizeBytes: number, mostBytes: number) =>
  new Error(`it has ${sizeBytes} bytes, and may have ${mostBytes}`);

/** The message of the system holds the path, which is not for callers. */
function refuse(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  throw new Error(`it cannot be read${code ? ` (${code})` : ""}`, { cause: error });
}
