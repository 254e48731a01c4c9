import { Memory, release } from "./memory.ts";

/** Enough that the next pieces come from the disk while one is sent. */
const mostAhead = 4;
const memory = new Memory(2 ** 20);

/** The bytes of a blob. Node.js reads one of a file in small pieces, one after the other, so several parts are read at once. */
export function streamBlob(blob: Blob): ReadableStream<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = [];
  let position = 0;
  const readOn = () => {
    while (ahead.length < mostAhead && position < blob.size) {
      const part = readPart(blob.slice(position, position + memory.pieceBytes));
      // If an earlier one fails, nobody awaits this one.
      part.catch(() => undefined);
      ahead.push(part);
      position += memory.pieceBytes;
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        readOn();
        const next = await ahead.shift();
        readOn();
        if (next) controller.enqueue(next);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Into memory of our own: what Node.js allocates for each piece would pile up. */
async function readPart(blob: Blob): Promise<Uint8Array> {
  const piece = memory.take();
  const reader = blob.stream().getReader();
  for (let filledBytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return memory.lend(piece, filledBytes);
    piece.set(value, filledBytes);
    filledBytes += value.byteLength;
    if (value.byteLength === value.buffer.byteLength) release(value);
  }
}
