import { open } from "node:fs/promises";
import { fileTypeFromFile } from "file-type";
import mime from "mime";

const sampleBytes = 4096;

/** The MIME type that a file's content shows; where it shows none, what the name says of it. */
export async function detectType(path: string): Promise<string> {
  const named = mime.getType(path);
  // A damaged file may break the parser of what it seems to be.
  const found = await fileTypeFromFile(path).catch(() => undefined);
  if (found) return found.mime === "application/xml" && named?.endsWith("xml") ? named : found.mime;
  if (!(await isText(path))) return named ?? "application/octet-stream";
  // By name alone TypeScript would be video.
  return named && !/^(audio|video|font)\//.test(named) ? named : "text/plain";
}

async function isText(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    const sample = buffer.subarray(0, bytesRead);
    // As a stream, because the sample may end inside a character.
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true });
    return bytesRead > 0 && !sample.includes(0);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    await file.close();
  }
}
