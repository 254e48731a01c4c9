import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Every process that descends from `pid`, those in a process group of their own (a browser for instance) included. */
export function listDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of listProcesses()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found: number[] = [];
  let generation = children.get(pid) ?? [];
  while (generation.length > 0) {
    found.push(...generation);
    generation = generation.flatMap((one) => children.get(one) ?? []);
  }
  return found;
}

/** What a process and all that descend from it hold in memory; 0 where this cannot be told, as outside Linux. */
export function residentBytes(pid: number): number {
  if (process.platform !== "linux") return 0;
  const pages = [pid, ...listDescendants(pid)].map((one) =>
    Number(readProcFile(one, "statm").split(" ")[1] ?? 0),
  );
  return pages.reduce((sum, count) => sum + count, 0) * pageBytes;
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
    const stat = readProcFile(name, "stat");
    // "PID (NAME) STATE PARENT …", where the name may hold anything
    const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
    return parent === undefined ? [] : [[Number(name), Number(parent)]];
  });
}

function readProcFile(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}

function readPs(): [number, number][] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return [pid ?? 0, parent ?? 0];
  });
}
