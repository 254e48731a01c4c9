import { readdirSync, readFileSync } from "node:fs";

export interface CpuTime {
  /** Of the process itself. */
  ownSeconds: number;
  /** Of what it started, and of what they did: those that live, and those that have ended. */
  othersSeconds: number;
}

const ticksPerSecond = 100; // USER_HZ, the same on every Linux architecture that Node.js runs on

/** What a process has used since it started, by `/proc`; Linux only. */
export function cpuTimeOf(pid: number): CpuTime {
  const all = new Map(readAll().map((one) => [one.pid, one]));
  const root = all.get(pid);
  if (!root) throw new Error(`There is no process ${pid} to measure.`);
  const below = (parent: number): number =>
    [...all.values()]
      .filter((one) => one.parent === parent)
      .reduce((sum, one) => sum + one.own + one.ended + below(one.pid), 0);
  return {
    ownSeconds: root.own / ticksPerSecond,
    othersSeconds: (root.ended + below(pid)) / ticksPerSecond,
  };
}

/** Those that a process has started, and those that they have. */
export function processesBelow(pid: number): number[] {
  const all = readAll();
  const below = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...below(one.pid)]);
  return below(pid);
}

function readAll() {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of the program stands in parentheses and may hold spaces. Fields from there on: proc(5).
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const at = (field: number) => Number(fields[field - 3]);
      return [{ pid: Number(name), parent: at(4), own: at(14) + at(15), ended: at(16) + at(17) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}
