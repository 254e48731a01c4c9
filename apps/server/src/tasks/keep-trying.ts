import { setTimeout as delay } from "node:timers/promises";

/** Retries with backoff; after abort, tries once more, then rejects. */
export async function keepTrying<Result>(
  run: () => Promise<Result>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<Result> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const isLast = signal.aborted;
    try {
      return await run();
    } catch (error) {
      if (isLast) throw error;
      onFailure(error);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined); // aborted: at once
    }
  }
}

const maxPauseMs = 5_000;
