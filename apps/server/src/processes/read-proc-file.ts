import { readFileSync } from "node:fs";

/** A file of the system about a process, a character for each byte; empty if it is somebody else's, or the process is gone. */
export function readProcFile(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Of a process, the fields of proc_pid_stat(5) from the third on. */
export function statFieldsOf(pid: number | string): string[] {
  return statFieldsIn(readProcFile(`/proc/${pid}/stat`));
}

/** Before the third one stands the name, which may hold anything. */
export function statFieldsIn(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** When a process began, in ticks since the system did; `undefined` if there is none. */
export function startOf(pid: number): string | undefined {
  return statFieldsOf(pid)[19];
}
