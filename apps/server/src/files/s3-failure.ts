import { StorageFailure } from "./storage-failure.ts";

/** What the AWS SDK throws, as ours; whoever aborted a request gets the reason for that. */
export function toStorageFailure(place: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (!(error instanceof Error) || error instanceof StorageFailure || isOfDisk(error)) return error;
  const status = statusOf(error);
  const isPassing = status === undefined || status >= 500 || status === 408 || status === 429;
  return new StorageFailure(place, describeS3Error(error), { isPassing, cause: error });
}

/** Nothing instead of what the AWS SDK throws if something is not there. */
export async function unlessAbsent<Result>(asking: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Error && statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Some services answer with a status and no words. */
export function describeS3Error(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  if (status !== undefined) return `${error.name} (status ${status})`;
  return error.name === "TimeoutError"
    ? "it does not answer"
    : (error.message || error.name).replace(/\.$/, "");
}

function statusOf(error: Error): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** Of a file on this machine that is read or written for it. */
function isOfDisk(error: Error): boolean {
  return diskCodes.has((error as NodeJS.ErrnoException).code ?? "");
}

const diskCodes = new Set([
  "ENOENT",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EACCES",
  "EPERM",
  "EISDIR",
  "ENOTDIR",
  "EIO",
]);
