import { readdirSync, readFileSync } from "node:fs";

export interface ProcessMeasure {
  residentMib: number | undefined;
  openFiles: number | undefined;
}

/** Memory and handles of a process, where the system tells them (Linux). */
export function measureProcess(pid: number): ProcessMeasure {
  globalThis.gc?.();
  try {
    const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return { residentMib: Math.round(kib / 1_024), openFiles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return { residentMib: undefined, openFiles: undefined };
  }
}
