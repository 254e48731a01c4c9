import type { FileHandle } from "node:fs/promises";

/** Large enough that system calls do not matter, and more than any socket buffers silently. */
const pieceBytes = 2 ** 20;

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
          const piece = spares.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
          const { bytesRead } = await handle.read(piece, 0, pieceBytes, position);
          position += bytesRead;
          if (bytesRead === pieceBytes) return controller.enqueue(lend(piece));
          // The last piece is copied: short pieces may wait in a socket's own queue.
          const rest = Uint8Array.from(piece.subarray(0, bytesRead));
          keep(piece);
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

/** Memory for the next piece, reused: new memory for each would pile up until the garbage collector runs. */
const spares: Buffer[] = [];
const mostSpares = 4;
const lent = new WeakSet<Uint8Array>();

function lend(piece: Buffer): Buffer {
  lent.add(piece);
  return piece;
}

/**
 * Returns a chunk's memory for the next read, if it is a whole piece of {@link streamFile}. Call it only if nobody reads the
 * chunk any more.
 */
export function recycle(chunk: Uint8Array): void {
  // Only our own buffers are ever lent.
  if (lent.delete(chunk)) keep(chunk as Buffer);
}

function keep(piece: Buffer): void {
  if (spares.length < mostSpares) spares.push(piece);
}
