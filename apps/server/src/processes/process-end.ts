import { listDescendants } from "./process-tree.ts";
import type { Strays } from "./stray-processes.ts";

export interface ProcessEndParts {
  pid: number | undefined;
  /** Resolves when the process itself is gone. */
  exited: Promise<unknown>;
  isGone(): boolean;
  strays: Pick<Strays, "note">;
  /** Reaches the process and its group. */
  signalTree(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface ProcessEnd {
  /** Waits until the process, which was told to, has left by itself; ends it then, and whatever it has left behind. */
  leave(timeoutMs: number): Promise<void>;
  /** Asks the whole process tree to end, then ends it; resolves when it is gone. Safe to call twice. */
  kill(): Promise<void>;
}

/** The ways in which an executor ends together with all that it has started. */
export function createProcessEnd(parts: ProcessEndParts): ProcessEnd {
  const { pid, exited, isGone, strays, signalTree } = parts;
  let killed: Promise<void> | undefined;
  const kill = async () => {
    if (isGone() || pid === undefined) return;
    // Found while their parents still live; some lead groups of their own.
    const descendants = listDescendants(pid);
    signalTree("SIGTERM");
    const finish = () => {
      signalTree("SIGKILL");
      for (const one of descendants) signalProcess(one, "SIGKILL");
    };
    const timer = setTimeout(finish, terminationGraceMs);
    await exited;
    clearTimeout(timer);
    finish();
  };
  const killOnce = () => {
    killed ??= kill();
    return killed;
  };
  return {
    kill: killOnce,
    async leave(timeoutMs) {
      strays.note();
      const descendants = isGone() || pid === undefined ? [] : listDescendants(pid);
      const timer = setTimeout(() => void killOnce(), timeoutMs);
      await exited;
      clearTimeout(timer);
      for (const one of descendants) signalProcess(one, "SIGKILL");
    },
  };
}

const terminationGraceMs = 300;

/** A negative number is a whole process group. */
export function signalProcess(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
