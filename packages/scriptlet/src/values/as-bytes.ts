import type { BinarySource } from "./value-stores.ts";

/**
 * Bytes in any of their forms, as a source of them; undefined for anything else. A stream, or whatever else can be iterated
 * asynchronously, may also give text; one that gives anything else fails with what `refuse` makes.
 */
export function asBytes(value: unknown, refuse: () => Error = noBytes): BinarySource | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Blob) return chunksOf(value.stream(), refuse);
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value
    ? chunksOf(value as AsyncIterable<unknown>, refuse)
    : undefined;
}

/** Text of a stream is written as UTF-8. */
async function* chunksOf(source: AsyncIterable<unknown>, refuse: () => Error): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    if (typeof chunk === "string") yield new TextEncoder().encode(chunk);
    else if (chunk instanceof Uint8Array) yield chunk;
    else throw refuse();
  }
}

function noBytes(): Error {
  return new TypeError("A stream of bytes must give bytes or text.");
}
