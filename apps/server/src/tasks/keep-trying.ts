import { retry } from "../retry.ts";

/** Retries with backoff; after abort, tries once more, then rejects. */
export function keepTrying<Result>(
  run: () => Promise<Result>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<Result> {
  let isLast = false;
  const attempt = () => {
    isLast = signal.aborted;
    return run();
  };
  const mayRetry = (error: unknown) => {
    if (!isLast) onFailure(error);
    return !isLast;
  };
  return retry(attempt, { firstPauseMs: 100, mostPauseMs: 5_000, mayRetry, signal });
}
