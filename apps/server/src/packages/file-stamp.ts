import { statSync } from "node:fs";

/**
 * What tells one state of a file or folder from the next; `undefined` if there is none. A folder's changes when an
 * entry is added to it or taken away. Looking takes microseconds; asking through the thread pool takes ten times
 * the work: whoever looks at many pauses between them.
 */
export function fileStamp(path: string): FileStamp | undefined {
  try {
    // An error for each that is absent takes longer than all else.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const { ino, size, mtimeMs, ctimeMs } = found;
    return { text: `${ino}:${size}:${mtimeMs}:${ctimeMs}`, changedAtMs: Math.max(mtimeMs, ctimeMs) };
  } catch {
    return undefined;
  }
}

export interface FileStamp {
  text: string;
  /** Milliseconds since the epoch, on the clock of the file system. */
  changedAtMs: number;
}
