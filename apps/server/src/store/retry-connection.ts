import { retry } from "../retry.ts";
import { isConnectionLoss } from "./database-trouble.ts";

/** Does something on the database, again while it cannot be reached, for as long as whoever asks has patience. */
export type Retry = <Result>(run: () => Promise<Result>) => Promise<Result>;

/**
 * Does something on the database again if the connection to it was lost, for `patienceMs` at most. What it does must
 * come out the same when it is done twice: an answer may be lost after the database did it.
 */
export function retryConnection<Result>(run: () => Promise<Result>, patienceMs = 30_000): Promise<Result> {
  const giveUpAtMs = performance.now() + patienceMs;
  const mayRetry = (error: unknown, pauseMs: number) =>
    isConnectionLoss(error) && performance.now() + pauseMs <= giveUpAtMs;
  return retry(run, { firstPauseMs: 20, mostPauseMs: 1_000, mayRetry });
}
