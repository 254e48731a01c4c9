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

export function isSameStamp(one: FileStamp | undefined, other: FileStamp | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeMs === other.mtimeMs &&
    one.ctimeMs === other.ctimeMs
  );
}

/** The clocks of file systems tick as slowly as this: a file of the last moment may change again and look the same. */
const coarsestTickMs = 2_000;

/** Whether a change after the look, which was at that time of the wall clock, would show. */
export function isSettled(stamp: FileStamp | undefined, lookedAtMs: number): boolean {
  return stamp === undefined || Math.max(stamp.mtimeMs, stamp.ctimeMs) < lookedAtMs - coarsestTickMs;
}
