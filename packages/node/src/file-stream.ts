import type { FileHandle } from "node:fs/promises";
import { Memory } from "./memory.ts";

/** Large enough that system calls do not matter, and more than any socket buffers silently. */
const memory = new Memory(2 ** 20);

/**
 * The bytes of an open file from its beginning; the next piece is read while the last one is sent. `closes`: whether the
 * end of the stream, however it ends, closes the file.
 */
export function streamFile(handle: FileHandle, { closes }: { closes: boolean }): ReadableStream<Uint8Array> {
  let position = 0;
  const close = async () => {
    if (closes) await handle.close();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = memory.take();
          const { bytesRead } = await handle.read(piece, 0, memory.pieceBytes, position);
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
