import { openSync, readdirSync, readFileSync, readSync } from "node:fs";
import type { Leftover } from "./leftover.ts";

/**
 * Finds processes that a job's children have left behind (`sh -c "sleep 1000 &"`): those of this process's group, which the
 * engine lets it lead so that it can end it whole. Only when the job had children at all. Linux only, and not for one that
 * leaves the group on purpose: ending the group does not reach that one either.
 */
export function watchStrayProcesses(): () => Leftover[] {
  const readOwn = openOwn();
  const first = readOwn();
  if (first?.group !== process.pid) return () => [];
  let faults = first.childFaults;
  return () => {
    // Grows with each child that has ended, also one of `spawnSync`, which no hook tells of.
    const now = readOwn()?.childFaults ?? "";
    if (now === faults) return [];
    const found = findOthers();
    if (found.length === 0) faults = now;
    return found;
  };
}

function findOthers(): Leftover[] {
  return readdirSync("/proc").flatMap((name): Leftover[] => {
    const found = /^\d+$/.test(name) && Number(name) !== process.pid ? readProcess(name) : undefined;
    if (found?.group !== process.pid || found.state === "Z") return [];
    return [{ kind: "child", description: `a process that its child has started: ${found.program}` }];
  });
}

/** Reads this process's own line from a file that stays open, which takes a quarter of the time. */
function openOwn(): () => ReturnType<typeof parseProcess> | undefined {
  try {
    const file = openSync("/proc/self/stat", "r");
    const line = Buffer.alloc(maxLineBytes);
    const start = `${process.pid} (`;
    return () => {
      try {
        const text = line.toString("latin1", 0, readSync(file, line, 0, maxLineBytes, 0));
        if (text.startsWith(start)) return parseProcess(text);
      } catch {
        // A block has closed the file.
      }
      return readProcess("self");
    };
  } catch {
    return () => undefined;
  }
}

/** 52 numbers, and a name of 64 bytes. */
const maxLineBytes = 2_048;

/** Undefined if the system does not tell, or the process has ended. */
function readProcess(name: string) {
  try {
    return parseProcess(readFileSync(`/proc/${name}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

function parseProcess(text: string) {
  // The program's name stands in parentheses and may hold spaces. Fields from there on: proc(5).
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ", 9);
  return {
    program: text.slice(text.indexOf("(") + 1, end),
    state: fields[0],
    group: Number(fields[2]),
    childFaults: fields[8],
  };
}
