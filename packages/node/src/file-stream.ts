import type { FileHandle } from "node:fs/promises";
import { Memory } from "./memory.ts";

/** Large enough that system calls do not matter, and more than any socket buffers silently. */
const memory = new Memory(2 ** 20);

/**
 * The bytes of an open file, all or those of a range; the next piece is read while the last one is sent. `closes`: whether
 * the end of the stream, however it ends, closes the file.
 */
export function streamFile(
  handle: FileHandle,
  { closes, from = 0, to = Number.POSITIVE_INFINITY }: { closes: boolean; from?: number; to?: number },
): ReadableStream<Uint8Array> {
  let position = from;
  const close = async () => {
    if (closes) await handle.close();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = memory.take();
          const wantedBytes = Math.min(memory.pieceBytes, to - position);
          const { bytesRead } = await handle.read(piece, 0, wantedBytes, position);
          position += bytesRead;
          if (bytesRead === memory.pieceBytes) return controller.enqueue(memory.lend(piece));
          // The last piece is copied: short pieces may wait in a socket's own queue.
          const rest = Uint8Array.from(piece.subarray(0, bytesRead));
          memory.keep(piece);
          if (bytesRead > 0) return controller.enqueue(rest);
          await close();
          controller.close();
        } catch (failure) {
          await close();
          throw failure;
        }
      },
      cancel: close,
    },
    { highWaterMark: 1 },
  );
}
