import { isTerminal, type StoredTask, type TaskStore } from "../store/task-store.ts";

/** Reads a task, and again at each change, until it has ended, `timeoutMs` have passed or `signal` is aborted. */
export async function waitForTask(
  store: TaskStore,
  taskId: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<StoredTask | undefined> {
  let wake = () => {};
  let isOver = signal.aborted;
  const end = () => {
    isOver = true;
    wake();
  };
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end);
  const stopListening = store.changes.listen(taskId, () => wake());
  try {
    while (true) {
      // Armed before the read: a change in between is not missed.
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const task = await store.get(taskId);
      if (!task || isTerminal(task.status) || isOver) return task;
      await changed;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    stopListening();
  }
}
