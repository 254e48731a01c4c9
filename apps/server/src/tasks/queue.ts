/** At most `concurrency` at once; callers take turns, and the tasks of one caller are first in, first out. */
export interface Queue {
  push(task: { id: string; caller: string }): void;
  /** False if it was not waiting any more. */
  remove(id: string): boolean;
  /** Starts nothing any more. */
  close(): void;
}

/**
 * A queue of ids; `work` must not reject. It may say that it needs its place no more before it has ended, as many as there are
 * places: who comes next begins then.
 */
export function createQueue(
  concurrency: number,
  work: (id: string, leavePlace: () => void) => Promise<void>,
): Queue {
  // Both keep the order of insertion: whose turn is next stands first, and so does his next task.
  const turns = new Map<string, Set<string>>();
  const callers = new Map<string, string>(); // of those that wait
  let running = 0;
  let leaving = 0;
  let isClosed = false;

  const takeNext = (): string | undefined => {
    const [turn] = turns;
    if (turn === undefined) return undefined;
    const [caller, waiting] = turn;
    const [next] = waiting;
    if (next === undefined) return undefined; // nobody without a task is in turn
    remove(next);
    // Behind all others.
    if (turns.delete(caller)) turns.set(caller, waiting);
    return next;
  };

  const remove = (id: string): boolean => {
    const caller = callers.get(id);
    if (caller === undefined) return false;
    callers.delete(id);
    const waiting = turns.get(caller);
    waiting?.delete(id);
    if (waiting?.size === 0) turns.delete(caller);
    return true;
  };

  const startNext = () => {
    while (!isClosed && running < concurrency) {
      const next = takeNext();
      if (next === undefined) return;
      start(next);
    }
  };

  const start = (id: string) => {
    running += 1;
    let isLeaving = false;
    const leavePlace = () => {
      if (isLeaving || leaving >= concurrency) return;
      isLeaving = true;
      leaving += 1;
      running -= 1;
      startNext();
    };
    void work(id, leavePlace).finally(() => {
      if (isLeaving) leaving -= 1;
      else running -= 1;
      startNext();
    });
  };

  return {
    push({ id, caller }) {
      callers.set(id, caller);
      turns.set(caller, (turns.get(caller) ?? new Set()).add(id));
      startNext();
    },
    remove,
    close() {
      isClosed = true;
      turns.clear();
      callers.clear();
    },
  };
}
