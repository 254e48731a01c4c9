import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Chunks } from "./partial-files.ts";
import { releasingFs } from "./releasing-fs.ts";

/** What waits between two steps: chunks are written to the disk together. */
const bufferBytes = 256 * 1024;

/**
 * Writes chunks into a file that is there, from a place on, as fast as the disk takes them. If they break off, what has come is
 * written, and it rejects with the reason. Frees the memory of the chunks.
 */
export async function writeChunks(path: string, start: number, chunks: Chunks): Promise<void> {
  const file = createWriteStream(path, { flags: "r+", start, highWaterMark: bufferBytes, fs: releasingFs });
  file.on("error", () => undefined); // it is thrown below
  try {
    for await (const chunk of chunks) if (!file.write(chunk)) await drained(file);
  } finally {
    file.end();
    await finished(file);
  }
}

async function drained(file: WriteStream): Promise<void> {
  if (file.errored) throw file.errored;
  await once(file, "drain");
}
