import type { Chunks } from "./gathered.ts";

/** As much as one read may give. */
const viewBytes = 2 ** 18;

/** A reader that fills memory of its caller; nothing for a stream that brings its own. */
export function byteReader(stream: ReadableStream<unknown>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    // The only way to learn that it is no byte stream.
    return undefined;
  }
}

/** The chunks of a byte stream, read into the same memory again once they have been copied. */
export function ownMemory(reader: ReadableStreamBYOBReader): Chunks {
  let buffer = new ArrayBuffer(viewBytes);
  return {
    givesAway: false,
    async next() {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) return undefined;
      buffer = value.buffer;
      return value;
    },
    cancel: () => reader.cancel(),
  };
}
