import { cp, lstat, rm } from "node:fs/promises";
import type { FileStore } from "./file-store.ts";
import { createLocalFiles, sessionOf } from "./local-files.ts";

/**
 * Files in a folder that all machines of a cluster share. Sessions run on the disk of their own machine, and what they
 * made is copied when they end.
 */
export function createFolderFiles(folder: string, localDirectory: string): FileStore {
  const shared = createLocalFiles(folder);
  return {
    ...shared,
    async keepSession(sessionId) {
      await cp(sessionOf(localDirectory, sessionId), sessionOf(folder, sessionId), {
        recursive: true,
        // A link could lead anywhere once it is elsewhere; pipes and sockets hold nothing.
        filter: async (source) => isFileOrDirectory(source),
      });
    },
    async release(_taskId, sessionId) {
      if (sessionId === undefined) return;
      await rm(sessionOf(localDirectory, sessionId), { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function isFileOrDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && (found.isFile() || found.isDirectory());
}
