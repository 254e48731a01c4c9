import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileStore } from "./file-store.ts";
import { inParallel } from "./in-parallel.ts";
import { createLocalFiles, sessionOf } from "./local-files.ts";
import { listSessionFiles } from "./session-files.ts";

/**
 * Files in a folder that all machines of a cluster share. Sessions run on the disk of their own machine, and what they
 * made is copied when they end.
 */
export function createFolderFiles(folder: string, localDirectory: string): FileStore {
  const shared = createLocalFiles(folder);
  return {
    ...shared,
    async keepSession(sessionId, signal) {
      const files = await listSessionFiles(sessionOf(localDirectory, sessionId));
      await inParallel(files, async ({ path, source }) => {
        signal?.throwIfAborted();
        const target = join(sessionOf(folder, sessionId), path);
        await mkdir(dirname(target), { recursive: true });
        await copyFile(source, target);
      });
    },
    async release(_taskId, sessionId) {
      if (sessionId === undefined) return;
      await rm(sessionOf(localDirectory, sessionId), { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
