import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { executorEnvironment } from "./executor-environment.ts";

/**
 * Empties, in what the system shows of this process (`/proc/PID/environ`), each variable that blocks are not given: they run as
 * the same user and could read it there. The program itself keeps them. False if the system offers no way to.
 */
export function hideEnvironment(): boolean {
  if (process.platform !== "linux") return false;
  try {
    hide(startOfEnvironment(), readFileSync("/proc/self/environ"));
    return true;
  } catch {
    return false; // no /proc, or a kernel that lets nobody write there
  }
}

/** The kernel shows the memory that the program was started with; `process.env` is moved out of it before it is overwritten. */
function hide(start: number, shown: Buffer): void {
  const given = executorEnvironment(process.env, "");
  const memory = openSync("/proc/self/mem", "r+");
  try {
    for (const { name, at, length } of variablesIn(shown)) {
      if (name in given || length === 0) continue;
      const value = process.env[name];
      if (value !== undefined) process.env[name] = value;
      writeSync(memory, Buffer.alloc(length), 0, length, start + at);
    }
  } finally {
    closeSync(memory);
  }
}

/** The variables of an environment as the kernel shows it, and where their values stand. */
export function* variablesIn(shown: Buffer): Generator<{ name: string; at: number; length: number }> {
  for (let from = 0; from < shown.length; ) {
    const end = shown.indexOf(0, from) === -1 ? shown.length : shown.indexOf(0, from);
    const equals = shown.indexOf("=", from);
    if (equals !== -1 && equals < end) {
      yield { name: shown.toString("utf8", from, equals), at: equals + 1, length: end - equals - 1 };
    }
    from = end + 1;
  }
}

/** `env_start` of proc(5); what stands before the last bracket is the program's name, which may hold anything. */
function startOfEnvironment(): number {
  return Number(statOf("self")[47]);
}

/** The fields of `/proc/PID/stat` from the third on. */
export function statOf(pid: string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
