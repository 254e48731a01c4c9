import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileStore } from "./file-store.ts";
import { inParallel } from "./in-parallel.ts";
import { sessionOf, uploadsOf } from "./local-files.ts";
import { decodeSegments } from "./open-session-file.ts";
import { type BucketOptions, openBucket } from "./s3-bucket.ts";
import { createS3PartialFiles, partBytesOf } from "./s3-partial-files.ts";
import { listSessionFiles } from "./session-files.ts";
import { resolveReferences, type UploadedFile } from "./upload-references.ts";

/**
 * Files in a bucket of object storage that speaks S3: `s3://bucket/prefix`. Credentials, region and endpoint come from
 * the environment, as every AWS program takes them. On this machine files are only while a task needs them.
 */
export async function openS3Files(
  address: string,
  localDirectory: string,
  options: BucketOptions = {},
): Promise<FileStore> {
  const bucket = await openBucket(address, options);
  const uploadKey = (taskId: string, { part, name }: UploadedFile) => `uploads/${taskId}/${part}/${name}`;
  const removeLocal = (directory: string) => rm(directory, { recursive: true, force: true, maxRetries: 3 });

  return {
    directory: undefined,
    check: (signal) => bucket.check(signal),
    uploadDirectory: (taskId) => uploadsOf(localDirectory, taskId),
    async keepUploads(taskId, files) {
      await inParallel(files, async (file) => {
        const key = uploadKey(taskId, { part: basename(dirname(file)), name: basename(file) });
        await bucket.write(key, createReadStream(file));
      });
      await removeLocal(uploadsOf(localDirectory, taskId));
    },
    async discardUploads(taskId, areKept) {
      await removeLocal(uploadsOf(localDirectory, taskId));
      if (areKept) await bucket.removeAll(`uploads/${taskId}/`);
    },
    async openUploads(taskId, inputs, signal) {
      const wanted = new Map<string, UploadedFile>();
      const resolved = resolveReferences(taskId, inputs, (file) => {
        const path = join(uploadsOf(localDirectory, taskId), file.part, file.name);
        wanted.set(path, file);
        return path;
      });
      await inParallel([...wanted], async ([path, file]) => {
        await mkdir(dirname(path), { recursive: true });
        await bucket.download(uploadKey(taskId, file), path, signal);
      });
      return resolved;
    },
    async keepSession(sessionId, signal) {
      const files = await listSessionFiles(sessionOf(localDirectory, sessionId));
      await inParallel(files, ({ path, source }) =>
        bucket.write(`sessions/${sessionId}/${path}`, createReadStream(source), signal),
      );
    },
    async release(taskId, sessionId) {
      await removeLocal(uploadsOf(localDirectory, taskId));
      if (sessionId !== undefined) await removeLocal(sessionOf(localDirectory, sessionId));
    },
    async openSessionFile(sessionId, path) {
      const segments = decodeSegments(path);
      return segments && bucket.open(`sessions/${sessionId}/${segments.join("/")}`);
    },
    partial: createS3PartialFiles(bucket, {
      directory: localDirectory,
      partBytes: partBytesOf(options.uploadLimitBytes),
      keyOf: (taskId, path) => uploadKey(taskId, { part: basename(dirname(path)), name: basename(path) }),
    }),
    async remove({ id, sessionId }) {
      await bucket.removeAll(`uploads/${id}/`);
      if (sessionId !== null) await bucket.removeAll(`sessions/${sessionId}/`);
    },
  };
}
