import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TaskStore } from "./store/task-store.ts";

/**
 * Removes what a killed server left for nobody: uploads that it was receiving, packages that it was unpacking, and folders
 * of executors that stood by.
 */
export async function removeLeftoverFiles(
  dataDirectory: string,
  store: Pick<TaskStore, "get">,
): Promise<void> {
  await remove(join(dataDirectory, "staging"));
  const uploads = join(dataDirectory, "uploads");
  for (const taskId of await listNames(uploads)) {
    if (!(await store.get(taskId))) await remove(join(uploads, taskId));
  }
  const sessions = join(dataDirectory, "sessions");
  for (const name of await listNames(sessions)) {
    if (!name.endsWith(spareMark)) continue;
    await remove(join(sessions, name.slice(0, -spareMark.length)));
    await remove(join(sessions, name));
  }
}

/** Ends the name of a file beside the folder of a session that has no task yet. */
export const spareMark = ".spare";

async function listNames(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
