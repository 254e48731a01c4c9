import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { StoredTask } from "../store/task-rows.ts";

/** Why nobody can run a task now; nothing if somebody can, or it is not pending. */
export type ExplainPending = (task: StoredTask) => Promise<string | undefined>;

/** Tells it of the tasks of one answer, which are there whether or not it can be found out. */
export function createExplainPending({ explainWait }: Pick<PackageCatalog, "explainWait">): ExplainPending {
  let isKnown = explainWait !== undefined;
  return async (task) => {
    if (task.status !== "pending" || !isKnown) return undefined;
    try {
      return await explainWait?.(task);
    } catch {
      isKnown = false; // each further attempt would take as long
      return undefined;
    }
  };
}
