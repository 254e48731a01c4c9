import { randomUUID } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";

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
  return { pid, name: read(`/proc/${pid}/comm`).trim() };
}

function isMarked(pid: string, mark: string): boolean {
  const environment = read(`/proc/${pid}/environ`);
  return environment.startsWith(mark) || environment.includes(`\0${mark}`);
}

function sessionOf(pid: string): number {
  return Number(fieldsOf(pid)[3]);
}

/** Fields of proc(5) from the third on: before them stands the name, which may hold anything. */
function fieldsOf(pid: number | string): string[] {
  return fieldsIn(read(`/proc/${pid}/stat`));
}

function fieldsIn(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Whether a process has started any other, asked after each task. */
export interface ChildrenWatch {
  /** True if that cannot be told. */
  hasHad(): boolean;
  close(): void;
}

export function watchChildren(pid: number): ChildrenWatch {
  // They stay open, which takes a third of the time, and are never those of another process that gets the same number.
  const stat = openFile(`/proc/${pid}/stat`);
  const children = openFile(`/proc/${pid}/task/${pid}/children`);
  return {
    hasHad() {
      const ended = fieldsIn(stat.read())[8]; // grows with each child that has ended
      return ended !== "0" || children.read() !== "";
    },
    close() {
      stat.close();
      children.close();
    },
  };
}

/** The beginning of a file as it is each time; empty if there is none, or nobody it tells of. */
function openFile(path: string): { read(): string; close(): void } {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
  } catch {
    // Not Linux, or it is gone.
  }
  return {
    read() {
      try {
        return file === undefined ? "" : line.toString("latin1", 0, readSync(file, line, 0, line.length, 0));
      } catch {
        return "";
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

const line = Buffer.alloc(2_048);

/** Somebody else's, or gone: empty. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** When a process began, in ticks since the system did; `undefined` if there is none. */
export function startOf(pid: number): string | undefined {
  return fieldsOf(pid)[19];
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
