/** First in, first out, at most `concurrency` at once. */
export interface Queue {
  push(id: string): void;
  /** False where it was not waiting any more. */
  remove(id: string): boolean;
  /** Starts nothing any more. */
  close(): void;
}

/** A queue of ids; `work` must not reject. */
export function createQueue(concurrency: number, work: (id: string) => Promise<void>): Queue {
  const waiting = new Set<string>(); // keeps the order of insertion
  let running = 0;
  let isClosed = false;

  const startNext = () => {
    while (!isClosed && running < concurrency) {
      const [next] = waiting;
      if (next === undefined) return;
      waiting.delete(next);
      running += 1;
      void work(next).finally(() => {
        running -= 1;
        startNext();
      });
    }
  };

  return {
    push(id) {
      waiting.add(id);
      startNext();
    },
    remove: (id) => waiting.delete(id),
    close() {
      isClosed = true;
      waiting.clear();
    },
  };
}
