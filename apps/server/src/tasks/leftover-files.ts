import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TaskStore } from "../store/task-store.ts";

/**
 * Removes what an earlier run of the server left for nobody: uploads that it was receiving, packages that it was unpacking,
 * homes of engines and their links to packages, and folders of sessions that no task has, or none will have when `rerunInterrupted` runs it again.
 */
export async function removeLeftoverFiles(
  dataDirectory: string,
  store: Pick<TaskStore, "get" | "listSessions">,
  { rerunInterrupted }: { rerunInterrupted: boolean },
): Promise<void> {
  for (const name of ["staging", "engine-homes", "package-links"]) await remove(join(dataDirectory, name));
  const uploads = join(dataDirectory, "uploads");
  for (const taskId of await listNames(uploads)) {
    if (!(await store.get(taskId))) await remove(join(uploads, taskId));
  }
  const sessions = join(dataDirectory, "sessions");
  const kept = new Set<string>();
  for (const { sessionId, status } of await store.listSessions()) {
    if (status !== "running" || !rerunInterrupted) kept.add(sessionId);
  }
  for (const name of await listNames(sessions)) {
    if (!kept.has(name)) await remove(join(sessions, name));
  }
}

async function listNames(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
