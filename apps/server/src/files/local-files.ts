import { access, constants, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileStore } from "./file-store.ts";
import { createLocalPartialFiles } from "./local-partial-files.ts";
import { openSessionFile } from "./open-session-file.ts";
import { reclaim } from "./reclaim.ts";
import { resolveReferences } from "./upload-references.ts";

/** Where the uploads of a task and the files of a session are beneath a directory. */
export const uploadsOf = (directory: string, taskId: string) => join(directory, "uploads", taskId);
export const sessionOf = (directory: string, sessionId: string) => join(directory, "sessions", sessionId);

/**
 * Files in one directory: the data of this server alone, or a folder that all machines of a cluster share. With
 * `areHandedOver` the folders of sessions and uploads belong to another user meanwhile, and are taken back.
 */
export function createLocalFiles(directory: string, { areHandedOver = false } = {}): FileStore {
  const takeBack = async (folder: string) => {
    if (areHandedOver) await reclaim(folder);
  };
  const removeUploads = (taskId: string) =>
    rm(uploadsOf(directory, taskId), { recursive: true, force: true });
  return {
    directory,
    check: () => access(directory, constants.R_OK | constants.W_OK | constants.X_OK),
    uploadDirectory: (taskId) => uploadsOf(directory, taskId),
    keepUploads: async () => undefined, // they were received where they stay
    discardUploads: removeUploads,
    openUploads: async (taskId, inputs) =>
      resolveReferences(taskId, inputs, ({ part, name }) => join(uploadsOf(directory, taskId), part, name)),
    keepSession: (sessionId) => takeBack(sessionOf(directory, sessionId)),
    release: (taskId) => takeBack(uploadsOf(directory, taskId)),
    openSessionFile: (sessionId, path) => openSessionFile(sessionOf(directory, sessionId), path),
    partial: createLocalPartialFiles(directory),
    async remove({ id, sessionId }) {
      await removeUploads(id);
      if (sessionId !== null) await rm(sessionOf(directory, sessionId), { recursive: true, force: true });
    },
  };
}
