import { StorageFailure } from "../files/storage-failure.ts";
import { retry } from "../retry.ts";

export interface StorageUse {
  /** For how long it is tried again. */
  patienceMs: number;
  /** Cuts it short. */
  signal: AbortSignal;
  /** Called after the first failure that may pass. */
  onFailure(failure: StorageFailure): void;
}

/** Does something with the storage of files, and again while that is out of order; rejects with the last failure. */
export function keepUsingStorage<Result>(
  run: () => Promise<Result>,
  { patienceMs, signal, onFailure }: StorageUse,
): Promise<Result> {
  const giveUpAtMs = performance.now() + patienceMs;
  let isTold = false;
  const mayRetry = (error: unknown, pauseMs: number) => {
    if (!(error instanceof StorageFailure && error.isPassing) || signal.aborted) return false;
    if (performance.now() + pauseMs > giveUpAtMs) return false;
    if (!isTold) onFailure(error);
    isTold = true;
    return true;
  };
  return retry(run, { firstPauseMs: 250, mostPauseMs: 5_000, mayRetry, signal });
}
