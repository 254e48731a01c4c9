import * as fs from "node:fs";

type Written = (error: NodeJS.ErrnoException | null, bytes: number) => void;

/**
 * For `createWriteStream`: frees the memory of each chunk as soon as it is written, as only whoever owns the chunks may ask for.
 * V8 counts it at once then; otherwise it looks through the whole heap for each 64 MiB of chunks, which takes longer than writing them.
 */
export const releasingFs = {
  open: fs.open,
  close: fs.close,
  write(fd: number, chunk: Buffer, offset: number, length: number, position: number | null, done: Written) {
    fs.write(fd, chunk, offset, length, position, (error, bytes) => {
      if (bytes === chunk.byteLength) release(chunk);
      done(error, bytes);
    });
  },
  writev(fd: number, chunks: Buffer[], position: number | null, done: Written) {
    const sizeBytes = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    fs.writev(fd, chunks, position, (error, bytes) => {
      if (bytes === sizeBytes) chunks.forEach(release);
      done(error, bytes);
    });
  },
};

/** One that is a part of a larger piece of memory shares it with others. */
function release({ buffer, byteLength }: Buffer): void {
  // Cast: of ES2024, which Node has.
  if (buffer.byteLength === byteLength) (buffer as TransferableBuffer).transfer(0);
}

type TransferableBuffer = ArrayBuffer & { transfer(newLength: number): ArrayBuffer };
