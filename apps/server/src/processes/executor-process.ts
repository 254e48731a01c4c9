import type { ChildProcess } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import spawn from "cross-spawn";
import type { ExecutorCommand } from "./find-executor.ts";
import { markVariable, newMark } from "./marked-processes.ts";
import type { OutputPipes } from "./output-pipes.ts";
import { createProcessEnd, type ProcessEnd, signalProcess } from "./process-end.ts";
import { createStrays, type Strays } from "./stray-processes.ts";

/** A running executor with everything that it starts. */
export interface ExecutorProcess extends ProcessEnd {
  /** Absent if there was no process at all. */
  readonly pid: number | undefined;
  /** The other end of its file descriptor 3, if it was started with one. */
  readonly channel: Duplex | undefined;
  /** Settles when the executor itself is gone; never rejects. */
  readonly exited: Promise<ExecutorExit>;
  /** Both pipes that it prints into; does nothing for one whose output comes by way of another. */
  readonly output: { pause(): void; resume(): void };
  /** What it has started and what has left it since; they do not outlive it. */
  readonly strays: Strays;
}

export interface ExecutorExit {
  /** -1 for a signal, as the engine counts. */
  code: number;
  /** Why there was no process at all. */
  spawnError?: Error;
}

/** One that this process has started itself. */
export interface StartedProcess extends ExecutorProcess {
  readonly exited: Promise<StartedExit>;
}

export interface StartedExit extends ExecutorExit {
  /** The last lines that it wrote to stderr. */
  stderrTail: string;
}

export interface ExecutorProcessOptions {
  env: NodeJS.ProcessEnv;
  /** This process's own by default. */
  cwd?: string;
  /** Gives it a socket to this process as file descriptor 3. */
  hasChannel?: boolean;
  /** Somebody else than this process, which must be root then. */
  identity?: { uid?: number; gid?: number };
  /** What it prints into. Without them it gets sockets, which Linux does not open as `/dev/stdout`. */
  pipes?: OutputPipes | undefined;
  onOutput?(line: { stdio: "stdout" | "stderr"; text: string }): void;
}

/** Starts an executor in a process group of its own, so that it can be ended with its children. */
export function startExecutorProcess(
  command: ExecutorCommand,
  args: readonly string[],
  options: ExecutorProcessOptions,
): StartedProcess {
  const mark = newMark();
  const { pipes } = options;
  const child = spawnInto(pipes, command, args, {
    ...options,
    env: { ...options.env, [markVariable]: mark.value },
  });
  const printed = pipes ?? child;
  const strays = createStrays(mark.text, child.pid);
  const tail = collectTail(printed, options);
  let isGone = false;
  const exited = new Promise<StartedExit>((resolve) => {
    child.once("error", (spawnError) => resolve({ code: -1, spawnError, stderrTail: "" }));
    child.once("exit", (code) => {
      signalTree(child, "SIGKILL"); // what the executor started does not outlive it
      strays.endLast();
      isGone = true;
      setTimeout(() => resolve({ code: code ?? -1, stderrTail: tail() }), lastWordsMs);
    });
  });

  // Both ways, as it is a socket.
  const channel = options.hasChannel ? (child.stdio[3] as Duplex | null) : undefined;
  const ends = createProcessEnd({
    pid: child.pid,
    exited,
    isGone: () => isGone,
    strays,
    signalTree: (signal) => signalTree(child, signal),
  });
  const output = {
    pause() {
      printed.stdout?.pause();
      printed.stderr?.pause();
    },
    resume() {
      printed.stdout?.resume();
      printed.stderr?.resume();
    },
  };
  return { pid: child.pid, channel: channel ?? undefined, exited, output, strays, ...ends };
}

function spawnInto(
  pipes: OutputPipes | undefined,
  command: ExecutorCommand,
  args: readonly string[],
  { env, cwd, identity, hasChannel }: ExecutorProcessOptions,
): ChildProcess {
  const [stdout, stderr] = pipes?.descriptors ?? (["pipe", "pipe"] as const);
  try {
    // Not Node's own: on Windows it starts no .cmd file, as which npm installs programs.
    return spawn(command.file, [...command.args, ...args], {
      env,
      cwd,
      ...identity,
      stdio: ["ignore", stdout, stderr, ...(hasChannel ? ["pipe" as const] : [])],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } finally {
    pipes?.handOver();
  }
}

/** So long the last messages and lines of a process that is gone may still be in the sockets. */
export const lastWordsMs = 50;
export const tailCharacters = 4_000;

/** Both pipes are read to their end, or the executor would block on a full one. */
function collectTail(
  printed: { stdout: Readable | null; stderr: Readable | null },
  options: ExecutorProcessOptions,
): () => string {
  let tail = "";
  for (const stdio of ["stdout", "stderr"] as const) {
    printed[stdio]?.setEncoding("utf8").on("data", (text: string) => {
      if (stdio === "stderr") tail = (tail + text).slice(-tailCharacters);
      options.onOutput?.({ stdio, text });
    });
  }
  return () => tail.trim();
}

function signalTree(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  if (process.platform !== "win32") signalProcess(-child.pid, signal);
  else if (child.exitCode === null)
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" }).once("error", () => {
      child.kill(); // at least itself
    });
}
