import { fstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import type { Leftover } from "./leftover.ts";
import type { Look } from "./looks.ts";

const folder = "/proc/self/fd";

/** Files that Node.js opens on first use and keeps: queues of the system, which lead nowhere. */
const keptByRuntime = "anon_inode:";

/**
 * Finds open files without a resource: `fs.openSync`, `fs.opendir`, files that a native addon has opened. It uses the numbers
 * that the process holds, which only Linux lists; elsewhere, file handles alone count. A quick look compares how many there
 * are, which Linux tells since 6.2 (proc_pid_fd(5)), with how many there were when nothing was found.
 */
export function watchOpenFiles(): (look: Look) => Leftover[] {
  const known = new Map<string, string>();
  for (const number of listOpen()) {
    const identity = identityOf(number);
    // Not the listing itself: the next file gets its number.
    if (identity !== undefined) known.set(number, identity);
  }
  const standard = standardFiles();
  let cleanCount: number | undefined;
  return (look) => {
    const count = countOpen();
    if (look === "quick" && count !== undefined && count === cleanCount) return [];
    // What takes the number of a closed one is written to as if it were the output.
    const closed = standardFiles().findIndex((identity, number) => identity !== standard[number]);
    if (closed >= 0)
      return [{ kind: "file", description: `another file, or none, under the number ${closed}` }];
    const found: Leftover[] = [];
    for (const number of listOpen()) {
      if (look === "quick" && known.has(number)) continue;
      // A number that something has closed meanwhile is given to the next file.
      const identity = identityOf(number);
      if (identity === undefined || known.get(number) === identity) continue;
      const target = targetOf(number);
      if (target === undefined || target.startsWith(keptByRuntime)) continue;
      found.push({ kind: "file", description: `an open file: ${target}` });
    }
    cleanCount = found.length === 0 ? count : undefined;
    return found;
  };
}

/** Standard input, output and error; pipes or sockets, which keep their identity. */
function standardFiles(): (string | undefined)[] {
  return ["0", "1", "2"].map(identityOf);
}

/** Undefined if the system does not tell. */
function countOpen(): number | undefined {
  const { size = 0 } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return size > 0 ? size : undefined;
}

/** Undefined for the number of the listing itself, which is free again. */
function identityOf(number: string): string | undefined {
  try {
    const { dev, ino } = fstatSync(Number(number));
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

function listOpen(): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(number: string): string | undefined {
  try {
    return readlinkSync(`${folder}/${number}`);
  } catch {
    return undefined;
  }
}
