import type { Readable } from "node:stream";

/**
 * The bytes of a Node stream, read only when they are asked for. `Readable.toWeb` copies each chunk, and stops and starts the
 * stream around it.
 */
export function bodyStream(readable: Readable): ReadableStream<Uint8Array> {
  // It may break before anybody reads it; whoever reads then hears of it.
  readable.on("error", () => undefined);
  const chunks: AsyncIterator<Uint8Array> = readable[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        readable.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
