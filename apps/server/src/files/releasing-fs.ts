import * as fs from "node:fs";
import { releaseMemory } from "../release-memory.ts";

type Written = (error: NodeJS.ErrnoException | null, bytes: number) => void;

/** For `createWriteStream`: frees the memory of each chunk as soon as it is written, as only whoever owns the chunks may ask for. */
export const releasingFs = {
  open: fs.open,
  close: fs.close,
  write(fd: number, chunk: Buffer, offset: number, length: number, position: number | null, done: Written) {
    fs.write(fd, chunk, offset, length, position, (error, bytes) => {
      if (bytes === chunk.byteLength) releaseMemory(chunk);
      done(error, bytes);
    });
  },
  writev(fd: number, chunks: Buffer[], position: number | null, done: Written) {
    const sizeBytes = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    fs.writev(fd, chunks, position, (error, bytes) => {
      if (bytes === sizeBytes) chunks.forEach(releaseMemory);
      done(error, bytes);
    });
  },
};
