import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { readProcFile, statFieldsOf } from "./read-proc-file.ts";

/** A process that was found, as people know it. */
export interface FoundProcess {
  pid: number;
  name: string;
}

/** The variable by which all that an executor starts is known, wherever it goes: it is handed on to each child. */
export const markVariable = "OOMOL_CONNECT_EXECUTOR";

/** A value of its own for the variable, and both as they stand in an environment. */
export function newMark(): { value: string; text: string } {
  const value = randomUUID();
  return { value, text: `${markVariable}=${value}` };
}

/**
 * Every process, this one aside, whose environment has a variable that begins so, or that is in the session of a living process.
 * Linux only; none elsewhere.
 */
export function findMarked(mark: string, leader?: number): FoundProcess[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name): FoundProcess[] => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    if (!isMarked(name, mark) && (leader === undefined || sessionOf(name) !== leader)) return [];
    return [named(Number(name))];
  });
}

export function named(pid: number): FoundProcess {
  return { pid, name: readProcFile(`/proc/${pid}/comm`).trim() };
}

function isMarked(pid: string, mark: string): boolean {
  const environment = readProcFile(`/proc/${pid}/environ`);
  return environment.startsWith(mark) || environment.includes(`\0${mark}`);
}

function sessionOf(pid: string): number {
  return Number(statFieldsOf(pid)[3]);
}

/** Ends them and, as they may have started others meanwhile, whoever is found then. Answers all that were found. */
export function endFound(find: () => FoundProcess[]): FoundProcess[] {
  const ended: FoundProcess[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const found = find();
    if (found.every(({ pid }) => ended.some((one) => one.pid === pid))) break;
    for (const { pid } of found) end(pid);
    ended.push(...found.filter(({ pid }) => !ended.some((one) => one.pid === pid)));
  }
  return ended;
}

const mostRounds = 20;

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
