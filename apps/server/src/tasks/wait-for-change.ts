import type { TaskChanges } from "../store/task-changes.ts";
import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";

export interface Waiting<State> {
  changes: TaskChanges;
  id: string;
  read(): Promise<State | undefined>;
  isOver(state: State): boolean;
}

/** Reads a state, and again at each change, until it is over, `timeoutMs` have passed or `signal` is aborted. */
export async function waitForChange<State>(
  { changes, id, read, isOver }: Waiting<State>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<State | undefined> {
  let wake = () => {};
  let isTimeUp = signal.aborted;
  const end = () => {
    isTimeUp = true;
    wake();
  };
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end);
  const stopListening = changes.listen(id, () => wake());
  try {
    while (true) {
      // Armed before the read: a change in between is not missed.
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const state = await read();
      if (!state || isOver(state) || isTimeUp) return state;
      await changed;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    stopListening();
  }
}

/**
 * The task once it has ended, or as it is after `timeoutMs` or when `signal` is aborted; nothing if it is gone. `created` is
 * the task if nobody has taken it yet.
 */
export async function waitForTaskEnd(
  store: Pick<TaskStore, "changes" | "get">,
  id: string,
  timeoutMs: number,
  { signal, created }: { signal: AbortSignal; created?: StoredTask | undefined },
): Promise<StoredTask | undefined> {
  let told = created;
  const stopListening = store.changes.listen(id, (news) => (told = news?.task));
  const waiting = {
    changes: store.changes,
    id,
    read: async () => told ?? store.get(id),
    isOver: ({ status }: StoredTask) => isFinalStatus(status),
  };
  return waitForChange(waiting, timeoutMs, signal).finally(stopListening);
}
