import { readdirSync, readlinkSync } from "node:fs";
import type { Leftover } from "./leftover.ts";

const folder = "/proc/self/fd";

/** What Node.js opens when it first needs it, and keeps: queues of the system, which lead nowhere. */
const keptByRuntime = "anon_inode:";

/**
 * Finds open files that no resource stands for: `fs.openSync`, `fs.opendir`, what a native addon has opened. By the numbers
 * that the process holds, which only Linux tells; elsewhere, file handles alone count.
 */
export function watchOpenFiles(): () => Leftover[] {
  const known = new Set(readOpen());
  return () => {
    const found: Leftover[] = [];
    for (const number of listOpen()) {
      if (known.has(number)) continue;
      const target = targetOf(number);
      if (target === undefined || target.startsWith(keptByRuntime)) continue;
      found.push({ kind: "file", description: `an open file: ${target}` });
    }
    return found;
  };
}

/** Without the number that the listing itself took, which is free again and may be a file of the job's later. */
function readOpen(): string[] {
  return listOpen().filter((number) => targetOf(number) !== undefined);
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
