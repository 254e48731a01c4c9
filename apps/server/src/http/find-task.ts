import { Refusal } from "../refusal.ts";
import type { StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { requireNoNul } from "./caller-text.ts";
import { type Caller, ownerSeenBy } from "./callers.ts";

/** A task that the caller may see; one of another caller is as little there as one that nobody made. */
export async function findTask(store: TaskStore, caller: Caller, id: string): Promise<StoredTask> {
  requireNoNul(id);
  const task = await store.get(id);
  const owner = ownerSeenBy(caller);
  if (!task || (owner !== undefined && task.caller !== owner)) {
    throw new Refusal(404, `There is no task "${id}".`);
  }
  return task;
}
