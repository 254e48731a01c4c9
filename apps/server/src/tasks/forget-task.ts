import type { FileStore } from "../files/file-store.ts";
import type { StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";

export interface ForgetParts {
  store: Pick<TaskStore, "remove">;
  files: Pick<FileStore, "remove">;
}

/**
 * Removes a task that has ended, with its files and logs. The files first: what is left of a task that is half gone can be
 * removed again.
 */
export async function forgetTask(
  { store, files }: ForgetParts,
  task: Pick<StoredTask, "id" | "sessionId">,
): Promise<void> {
  await files.remove(task);
  await store.remove(task.id);
}
