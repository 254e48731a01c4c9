import type { Chunks } from "./partial-files.ts";

/**
 * Pieces of so many bytes, the first and the last of fewer; each is to be read to its end before the next. What the chunks break off
 * with, the piece throws that it happens in.
 */
export async function* splitChunks(
  chunks: Chunks,
  firstBytes: number,
  pieceBytes: number,
): AsyncGenerator<Chunks, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array | undefined;
  let isOver = false;

  const next = async () => {
    const chunk = rest;
    rest = undefined;
    if (chunk) return chunk;
    const { done, value } = await iterator.next();
    isOver = done === true;
    return done ? undefined : value;
  };

  async function* take(bytes: number): Chunks {
    for (let left = bytes; left > 0; ) {
      const chunk = await next();
      if (!chunk) return;
      if (chunk.byteLength > left) {
        // Each is a part of its memory, which nobody frees then.
        rest = chunk.subarray(left);
        yield chunk.subarray(0, left);
        return;
      }
      left -= chunk.byteLength;
      yield chunk;
    }
  }

  try {
    for (let bytes = firstBytes; !isOver; bytes = pieceBytes) {
      yield take(bytes);
      // Nothing is begun that would be empty.
      if (!isOver) rest ??= await next();
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}
