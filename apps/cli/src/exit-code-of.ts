import {
  ApiError,
  ConnectionError,
  InstallFailedError,
  OomolConnectError,
  TaskFailedError,
  TaskStoppedError,
  TimeoutError,
  UnexpectedResponseError,
} from "@oomol/connect-node";
import { exitCodes, Interruption, UsageError } from "./exit-codes.ts";
import { LostOutput } from "./lost-output.ts";

const endings = [TaskFailedError, TaskStoppedError, InstallFailedError];

/** The exit code of a failure: of the task, of the command line, or of the connection to the server. */
export function exitCodeOf(failure: unknown): number {
  if (failure instanceof LostOutput) return failure.exitCode;
  if (failure instanceof Interruption) return exitCodes.interrupted;
  if (endings.some((kind) => failure instanceof kind)) return exitCodes.taskFailed;
  if (isUnreachable(failure)) return exitCodes.unreachable;
  const isUsage = failure instanceof OomolConnectError || failure instanceof UsageError;
  return isUsage ? exitCodes.usage : exitCodes.taskFailed;
}

function isUnreachable(failure: unknown): boolean {
  if (failure instanceof ApiError) return failure.isRetryable;
  const kinds = [ConnectionError, TimeoutError, UnexpectedResponseError];
  return kinds.some((kind) => failure instanceof kind);
}
