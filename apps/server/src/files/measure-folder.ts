import { lstat, opendir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { answeredWithin } from "../answered-within.ts";

/** What the files of some folders take, and whether there were too many to count all. */
export interface FolderSize {
  bytes: number;
  isPartial: boolean;
}

/** Counts the bytes in folders, of so many entries and for so long at most; what is gone or cannot be read counts for nothing. */
export async function measureFolders(
  directories: readonly string[],
  { entries = 20_000, ms = 500 } = {},
): Promise<FolderSize> {
  const untilMs = performance.now() + ms;
  const folders = [...directories];
  let bytes = 0;
  let left = entries;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of (await opendir(folder).catch(() => undefined)) ?? []) {
      if (left === 0 || performance.now() > untilMs) return { bytes, isPartial: true };
      left -= 1;
      const path = join(folder, entry.name);
      // A link counts for itself.
      if (entry.isDirectory()) folders.push(path);
      else bytes += (await lstat(path).catch(() => undefined))?.size ?? 0;
    }
  }
  return { bytes, isPartial: false };
}

/** The room on the disk of a folder; nothing if it is not told within a second, as by a server of files that is gone. */
export async function measureRoom(
  directory: string,
): Promise<{ freeBytes: number; totalBytes: number } | undefined> {
  const found = await answeredWithin(
    1_000,
    statfs(directory).catch(() => undefined),
  );
  // For users without rights of their own.
  return found && { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
}
