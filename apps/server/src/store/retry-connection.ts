import { retry } from "../retry.ts";

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

/** SQLSTATE classes and codes of PostgreSQL, and what Node and its driver say of a socket. */
const passing =
  /^(08...|57P0[1-5]|40001|40P01|53300|25P03|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** True for trouble that passes: the connection broke, the server restarts, or two transactions met. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return passing.test(code);
  return /connection terminated|not queryable|timeout exceeded when trying to connect|connection error/i.test(
    error.message,
  );
}
