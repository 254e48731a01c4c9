import { readdirSync, readFileSync } from "node:fs";
import { keepOpen } from "@oomol/connect-shared/keep-open";
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

/** Reads this process's own line; a block may have closed its file, and opened another one with its number. */
function openOwn(): () => ReturnType<typeof readProcess> {
  const file = keepOpen("/proc/self/stat");
  const start = `${process.pid} (`;
  return () => {
    const text = file.read();
    return text.startsWith(start) ? parseProcess(text) : readProcess("self");
  };
}

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
