import { chmodSync, closeSync, type Dirent, lstatSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";

/** What executors of another user (`--run-as`) must get through, or read. */
const modesForOthers: Record<string, number> = {
  "": 0o711,
  sessions: 0o711,
  uploads: 0o711,
  "package-data": 0o711,
  packages: 0o755,
};

/**
 * Makes a data directory, and keeps it from other users of the machine: its folders get 0700 and its files 0600, those that an
 * earlier version left open with a line in the log. With `hasOthers` another user may go through to what is handed over.
 */
export function keepPrivate(dataDirectory: string, hasOthers: boolean, log: Logger): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  // SQLite gives its other files the mode of the first.
  closeSync(openSync(join(dataDirectory, "connect.db"), "a", 0o600));
  if (process.platform === "win32") return; // the user's own folder is private there

  const tightened: string[] = [];
  const tighten = (path: string, mode: number) => {
    if ((lstatSync(path).mode & 0o777 & ~mode) === 0) return;
    chmodSync(path, mode);
    tightened.push(path);
  };
  const modeOf = (name: string) => (hasOthers ? modesForOthers[name] : undefined) ?? 0o700;
  tighten(dataDirectory, modeOf(""));
  for (const entry of entriesOf(dataDirectory)) {
    const path = join(dataDirectory, entry.name);
    if (entry.isFile()) tighten(path, 0o600);
    if (entry.isDirectory()) tighten(path, modeOf(entry.name));
  }
  for (const folder of ["sessions", "uploads"].map((name) => join(dataDirectory, name))) {
    for (const entry of entriesOf(folder)) if (entry.isDirectory()) tighten(join(folder, entry.name), 0o700);
  }
  if (tightened.length === 0) return;
  const examples = tightened.slice(0, 3);
  log.warn({ count: tightened.length, examples }, "other users of this machine can no longer read the data");
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not made yet
  }
}
