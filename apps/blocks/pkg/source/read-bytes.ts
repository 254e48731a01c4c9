import { createReadStream } from "node:fs";

/** The bytes of a file, piece by piece; `onBytes` hears the size of each before it is handed on. */
export async function* readBytes(path: string, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path)) {
    onBytes(chunk.length);
    yield chunk;
  }
}
