import type { TaskChanges } from "../store/task-changes.ts";

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
