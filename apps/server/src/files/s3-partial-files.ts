import { createReadStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { v7 as newName } from "uuid";
import type { Chunks, PartialFile, PartialFiles } from "./partial-files.ts";
import type { Bucket } from "./s3-bucket.ts";
import { splitChunks } from "./split-chunks.ts";
import { writeChunks } from "./write-chunks.ts";

export interface S3PartialOptions {
  /** On this machine: a part is gathered there. */
  directory: string;
  /** Of all but the last. */
  partBytes: number;
  /** What a task's file at a path beneath `uploadDirectory` has as its key. */
  keyOf(taskId: string, path: string): string;
}

const mebibyte = 1024 * 1024;
/** S3 takes 10,000, of 5 MiB at least. */
const mostParts = 9_000;

/** How large parts must be for the largest upload; all of one object have one size, as some services want it. */
export function partBytesOf(uploadLimitBytes = 0): number {
  return Math.max(8 * mebibyte, Math.ceil(uploadLimitBytes / mostParts / mebibyte) * mebibyte);
}

/**
 * Partial files in a bucket: whole parts of an object, and what is too short for one in an object of its own, the tail, which is named
 * for the part that it begins. What the storage has is the truth.
 */
export function createS3PartialFiles(
  bucket: Bucket,
  { directory, partBytes, keyOf }: S3PartialOptions,
): PartialFiles {
  const { multipart } = bucket;
  const startOf = ({ id }: Pick<PartialFile, "id">) => `partial-uploads/${id}/`;
  const contentOf = (file: PartialFile) => `${startOf(file)}content`;
  const tailOf = (file: PartialFile, part: number) => `${startOf(file)}tail-${part}`;

  const partsOf = (file: PartialFile) =>
    file.place === undefined ? undefined : multipart.parts(contentOf(file), file.place);

  /** The part that comes next, and what is there of it already. */
  const endOf = async (file: PartialFile) => {
    const parts = await partsOf(file);
    if (!parts) return undefined;
    const next = parts.length + 1;
    const partsBytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { next, partsBytes, tailBytes: (await bucket.sizeOf(tailOf(file, next))) ?? 0 };
  };

  const sizeOf = async (file: PartialFile) => {
    const end = await endOf(file);
    return end ? end.partsBytes + end.tailBytes : bucket.sizeOf(contentOf(file));
  };

  /** Does something with an empty file on this machine, which is gone afterwards. */
  const withFile = async <Result>(use: (path: string) => Promise<Result>): Promise<Result> => {
    const folder = join(directory, "partial-uploads");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, newName());
    await (await open(path, "wx", 0o600)).close();
    try {
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  };

  /** Stores a part, or if that is too short, a tail. */
  const store = (file: PartialFile, part: number, path: string, sizeBytes: number) =>
    sizeBytes >= partBytes
      ? multipart.put(contentOf(file), file.place ?? "", part, path)
      : multipart.putWhole(tailOf(file, part), path);

  const add = async (file: PartialFile, chunks: Chunks) => {
    const end = await endOf(file);
    if (!end) throw new Error(`The upload ${file.id} takes nothing more.`);
    let part = end.next;
    let startBytes = end.tailBytes;
    const pieces = splitChunks(chunks, Math.max(partBytes - startBytes, 1), partBytes);
    for await (const piece of pieces) {
      await withFile(async (path) => {
        if (startBytes > 0) await bucket.download(tailOf(file, part), path);
        try {
          await writeChunks(path, startBytes, piece);
        } finally {
          const { size } = await stat(path);
          if (size > startBytes) await store(file, part, path, size);
        }
      });
      part += 1;
      startBytes = 0;
    }
  };

  const finish = async (file: PartialFile) => {
    const end = await endOf(file);
    if (!end) return; // it was done before
    const { place = "" } = file;
    if (end.next === 1) {
      // Too short for parts.
      if (end.tailBytes > 0) await bucket.copy(tailOf(file, 1), contentOf(file), end.tailBytes);
      else await withFile((path) => multipart.putWhole(contentOf(file), path));
      return multipart.abort(contentOf(file), place);
    }
    if (end.tailBytes > 0) {
      await withFile(async (path) => {
        await bucket.download(tailOf(file, end.next), path);
        await multipart.put(contentOf(file), place, end.next, path);
      });
    }
    await multipart.complete(contentOf(file), place);
  };

  return {
    create: (id) => multipart.begin(`${startOf({ id })}content`),
    sizeOf,
    append: (file, _offset, chunks, { areOne }) =>
      areOne
        ? withFile(async (path) => {
            await writeChunks(path, 0, chunks);
            await add(file, createReadStream(path));
          })
        : add(file, chunks),
    finish,
    async give(file, taskId, path) {
      await finish(file); // a server may have been killed before
      const sizeBytes = (await bucket.sizeOf(contentOf(file))) ?? 0;
      await bucket.copy(contentOf(file), keyOf(taskId, path), sizeBytes);
    },
    async remove(file) {
      if (file.place !== undefined) await multipart.abort(contentOf(file), file.place);
      await bucket.removeAll(startOf(file));
    },
  };
}
