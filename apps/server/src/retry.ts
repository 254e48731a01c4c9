import { setTimeout as delay } from "node:timers/promises";

export interface RetryOptions {
  firstPauseMs: number;
  mostPauseMs: number;
  /** Asked after each failure; `pauseMs` is what would be waited before the next attempt. */
  mayRetry(error: unknown, pauseMs: number): boolean;
  /** Aborted to cut the pause short. */
  signal?: AbortSignal;
}

/** Runs something until it succeeds, with pauses that double; rejects with the failure that may not be retried. */
export async function retry<Result>(
  run: () => Promise<Result>,
  { firstPauseMs, mostPauseMs, mayRetry, signal }: RetryOptions,
): Promise<Result> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, mostPauseMs)) {
    try {
      return await run();
    } catch (error) {
      if (!mayRetry(error, pauseMs)) throw error;
      // Those that fail together do not come back together.
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
}
