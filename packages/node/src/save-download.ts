import { randomUUID } from "node:crypto";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Download, InvalidInputError } from "@oomol/connect-core";
import { safeFileName } from "@oomol/connect-core/adapter";
import { gathered } from "./gathered.ts";
import { recycle } from "./memory.ts";
import { type IfExists, publishFile, refuseTaken } from "./publish-file.ts";

/** How to save. */
export interface SaveOptions {
  /**
   * If the file exists: `"refuse"` to save, `"replace"` it, or `"number"` the new one: `speech (2).wav`.
   * Default `"refuse"`: a name chosen by the server must not overwrite anything silently.
   */
  ifExists?: IfExists;
}

/** A file that has been saved. */
export interface SavedFile {
  /** Absolute. */
  path: string;
  sizeBytes: number;
}

/**
 * Writes a download to disk. `to` is a file's path, or a directory (an existing one, or any path that ends with a slash),
 * in which the file keeps its own name, made safe. Missing directories are created. The bytes go into a hidden file
 * beside the target, which is renamed at the end: a failure or abort leaves nothing.
 *
 * @example
 * await using client = new OomolConnectClient({ baseUrl: "http://localhost:3000/api" });
 * const outcome = await client.tasks.run({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * await saveDownload(await client.tasks.download(outcome, outcome.result.audio_address), "speech.wav");
 * @throws {@link InvalidInputError} if the file exists; what reading the download throws; or the file system's own error.
 */
export async function saveDownload(
  download: Download,
  to: string | URL,
  { ifExists = "refuse" }: SaveOptions = {},
): Promise<SavedFile> {
  await using source = download;
  const target = await targetOf(to, download.name);
  if (ifExists === "refuse" && (await exists(target))) throw refuseTaken(target);
  await mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${randomUUID()}.part`);
  try {
    const sizeBytes = await write(partial, source.body);
    return { path: await publishFile(partial, target, ifExists), sizeBytes };
  } finally {
    await rm(partial, { force: true });
  }
}

/** Writes a new file, in large pieces: the next one comes while one is written. Resolves to its length. */
async function write(path: string, body: ReadableStream<Uint8Array>): Promise<number> {
  // Refuses anything that exists, also a link to elsewhere.
  const file = await open(path, "wx");
  const source = body.getReader();
  const next = async () => (await source.read()).value;
  const pieces = gathered({ givesAway: true, next, cancel: () => source.cancel() }).getReader();
  let sizeBytes = 0;
  try {
    for (;;) {
      const { value: piece } = await pieces.read();
      if (!piece) return sizeBytes;
      for (let start = 0; start < piece.byteLength; ) {
        const { bytesWritten } = await file.write(piece, start, piece.byteLength - start, sizeBytes);
        start += bytesWritten;
        sizeBytes += bytesWritten;
      }
      recycle(piece);
    }
  } finally {
    // After a failure to write, nobody needs the rest.
    await pieces.cancel().catch(() => undefined);
    await file.close();
  }
}

async function targetOf(to: string | URL, name: string): Promise<string> {
  const path = to instanceof URL ? fileURLToPath(to) : to;
  if (path === "") throw new InvalidInputError("to", "an empty path names no file.");
  const isDirectory = path.endsWith("/") || path.endsWith(sep) || (await isFolder(path));
  return isDirectory ? join(resolve(path), visibleName(name)) : resolve(path);
}

/** In which room is left for what makes the name another one: ` (2)`. */
const longestNameBytes = 240;

/** A server's name for a file, made safe and not one that hides it. */
export function visibleName(name: string): string {
  return safeFileName(name.replace(/(^|[\\/])\.+(?=[^\\/]*$)/, "$1_"), longestNameBytes);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
