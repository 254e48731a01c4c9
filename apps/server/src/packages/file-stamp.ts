import { statSync } from "node:fs";

/** What tells one state of a file or folder from the next. A folder's changes when an entry is added to it or taken away. */
export interface FileStamp {
  ino: number;
  size: number;
  /** Milliseconds since the epoch, on the clock of the file system, as `ctimeMs`. */
  mtimeMs: number;
  ctimeMs: number;
}

/**
 * `undefined` if there is nothing. Looking takes microseconds; asking through the thread pool takes ten times the work: whoever
 * looks at many pauses between them.
 */
export function fileStamp(path: string): FileStamp | undefined {
  try {
    // An error for each that is absent takes longer than all else.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const { ino, size, mtimeMs, ctimeMs } = found;
    return { ino, size, mtimeMs, ctimeMs };
  } catch {
    return undefined;
  }
}

/** Whether a path is still what it was when its stamp was taken. */
export function isUnchanged(path: string, stamp: FileStamp | undefined): boolean {
  const now = fileStamp(path);
  if (now === undefined || stamp === undefined) return now === stamp;
  return (
    now.ino === stamp.ino &&
    now.size === stamp.size &&
    now.mtimeMs === stamp.mtimeMs &&
    now.ctimeMs === stamp.ctimeMs
  );
}

/** The clocks of file systems tick as slowly as this: a file of the last moment may change again and look the same. */
const coarsestTickMs = 2_000;

/** Whether a change after the look, which was at that time of the wall clock, would show. */
export function isSettled(stamp: FileStamp | undefined, lookedAtMs: number): boolean {
  return stamp === undefined || Math.max(stamp.mtimeMs, stamp.ctimeMs) < lookedAtMs - coarsestTickMs;
}
