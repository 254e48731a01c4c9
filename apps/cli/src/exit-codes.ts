import {
  ApiError,
  ConnectionError,
  OomolConnectError,
  TaskFailedError,
  TaskStoppedError,
  TimeoutError,
  UnexpectedResponseError,
} from "@oomol/connect-node";

/** What the command's exit tells scripts. */
export const exitCodes = { done: 0, taskFailed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** The exit code for what went wrong: the task, the caller's words, or the way to the server. */
export function exitCodeOf(failure: unknown): number {
  if (failure instanceof Interruption) return exitCodes.interrupted;
  if (failure instanceof TaskFailedError || failure instanceof TaskStoppedError) return exitCodes.taskFailed;
  if (failure instanceof ConnectionError || failure instanceof UnexpectedResponseError)
    return exitCodes.unreachable;
  if (failure instanceof TimeoutError) return exitCodes.unreachable;
  if (failure instanceof ApiError && failure.isRetryable) return exitCodes.unreachable;
  return failure instanceof OomolConnectError || failure instanceof UsageError
    ? exitCodes.usage
    : exitCodes.taskFailed;
}

/** The command line asks for something that cannot be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Ctrl-C. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}
