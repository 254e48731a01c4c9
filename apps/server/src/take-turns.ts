/**
 * Starts what it is given in that order, so many at once. What is aborted while it waits is started at once: it is to see that by
 * itself.
 */
export function takeTurns(
  limit: number,
): <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result> {
  const waiting = new Set<() => void>();
  let busy = 0;
  return async (work, signal) => {
    if (busy >= limit && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const start = () => {
          waiting.delete(start);
          signal?.removeEventListener("abort", start);
          resolve();
        };
        waiting.add(start);
        signal?.addEventListener("abort", start);
      });
    }
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
      if (busy < limit) waiting.values().next().value?.();
    }
  };
}
