import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readProcFile, statFieldsOf } from "./read-proc-file.ts";

/** Every process that descends from `pid`, those in a process group of their own (a browser for instance) included. */
export function listDescendants(pid: number): number[] {
  const childrenOf = process.platform === "linux" && canReadChildren ? readChildren : indexChildren();
  const found: number[] = [];
  let generation = childrenOf(pid);
  while (generation.length > 0) {
    found.push(...generation);
    generation = generation.flatMap(childrenOf);
  }
  return found;
}

/** Most kernels tell the children of a process, which is quicker than to look at all processes. */
const canReadChildren = existsSync(`/proc/self/task/${process.pid}/children`);

function readChildren(pid: number): number[] {
  const threads = listFolder(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readProcFile(`/proc/${pid}/task/${thread}/children`));
  return lists.join(" ").split(" ").filter(Boolean).map(Number);
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // it ended meanwhile
  }
}

function indexChildren(): (pid: number) => number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of listProcesses()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  return (pid) => children.get(pid) ?? [];
}

/** What processes and all that descend from them hold in memory; 0 if this cannot be told, as outside Linux. */
export function residentBytes(pids: readonly number[]): number {
  const all = new Set(pids.flatMap((pid) => [pid, ...listDescendants(pid)]));
  if (process.platform !== "linux") return 0;
  return [...all].reduce((sum, one) => sum + ownResidentBytes(one), 0);
}

/** The memory of the process alone. */
export function ownResidentBytes(pid: number): number {
  if (process.platform !== "linux") return 0;
  return Number(readProcFile(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * pageBytes;
}

const pageBytes = 4_096;

/** Pairs of a process and its parent. */
function listProcesses(): [number, number][] {
  if (process.platform === "win32") return []; // taskkill knows the tree itself
  try {
    return process.platform === "linux" ? readProc() : readPs();
  } catch {
    return [];
  }
}

function readProc(): [number, number][] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const [, parent] = statFieldsOf(name);
    return parent === undefined ? [] : [[Number(name), Number(parent)]];
  });
}

function readPs(): [number, number][] {
  // One column for each -o: on macOS and BSD everything behind the first "=" is a title.
  const columns = ["-o", "pid=", "-o", "ppid="];
  const lines = execFileSync("ps", ["-A", ...columns], { encoding: "utf8" })
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return [pid ?? 0, parent ?? 0];
  });
}
