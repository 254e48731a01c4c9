import type { Chunks } from "../files/partial-files.ts";
import { Refusal } from "../refusal.ts";

export interface Bounds {
  mostBytes: number;
  /** Called for the first chunk and then every few MiB, with how many there are. */
  onGrowth?: ((bytes: number) => Promise<void>) | undefined;
}

const stepBytes = 16 * 1024 * 1024;

/** The same chunks; throws a {@link Refusal} instead of the one that is too much. */
export async function* boundChunks(chunks: Chunks, { mostBytes, onGrowth }: Bounds): Chunks {
  let bytes = 0;
  let toldBytes = -stepBytes;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw tooMuch();
    if (onGrowth && bytes - toldBytes >= stepBytes) {
      toldBytes = bytes;
      await onGrowth(bytes);
    }
    yield chunk;
  }
}

export const tooMuch = () =>
  new Refusal(413, "The request has more bytes than are missing of the upload, or than one may have.");
