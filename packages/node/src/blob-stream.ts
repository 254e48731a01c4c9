import { leastLentBytes, lend, release } from "./memory.ts";

/** Enough that the next slices come from the disk while one is sent. */
const mostAhead = 4;

/** The bytes of a blob. Node.js reads one of a file in small pieces, one after the other, so several slices are read at once. */
export function streamBlob(blob: Blob): ReadableStream<Uint8Array> {
  const ahead: Promise<ArrayBuffer>[] = [];
  let position = 0;
  const readOn = () => {
    while (ahead.length < mostAhead && position < blob.size) {
      const slice = blob.slice(position, position + leastLentBytes).arrayBuffer();
      // If an earlier one fails, nobody awaits this one.
      slice.catch(() => undefined);
      ahead.push(slice);
      position += leastLentBytes;
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        readOn();
        const next = await ahead.shift();
        readOn();
        if (!next) return controller.close();
        const chunk = new Uint8Array(next);
        controller.enqueue(chunk.byteLength === leastLentBytes ? lend(chunk, release) : chunk);
      },
    },
    { highWaterMark: 0 },
  );
}
