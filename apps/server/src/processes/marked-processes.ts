import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

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

/** Every process, this one aside, whose environment has a variable that begins so. Linux only; none elsewhere. */
export function findMarked(mark: string): FoundProcess[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name): FoundProcess[] => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid || !isMarked(name, mark)) return [];
    return [{ pid: Number(name), name: read(`/proc/${name}/comm`).trim() }];
  });
}

function isMarked(pid: string, mark: string): boolean {
  const environment = read(`/proc/${pid}/environ`);
  return environment.startsWith(mark) || environment.includes(`\0${mark}`);
}

/** Whether a process has started any other; true if that cannot be told. */
export function hasHadChildren(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything: the eleventh field of proc(5) grows with each child that has ended.
  const ended = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[8];
  return ended !== "0" || read(`/proc/${pid}/task/${pid}/children`) !== "";
}

/** Somebody else's, or gone: empty. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Ends them and, as they may have started others meanwhile, whoever is found then. Answers all that were found. */
export function endMarked(mark: string, isSpared: (pid: number) => boolean = () => false): FoundProcess[] {
  const ended: FoundProcess[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const found = findMarked(mark).filter(({ pid }) => !isSpared(pid));
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
