import { fileURLToPath } from "node:url";
import { createLineReader } from "@oomol/scriptlet/wire";
import {
  type ExecutorProcess,
  type ExecutorProcessOptions,
  startExecutorProcess,
} from "../../processes/executor-process.ts";
import type { ExecutorCommand } from "../../processes/find-executor.ts";
import { markVariable, newMark } from "../../processes/marked-processes.ts";
import { listDescendants } from "../../processes/process-tree.ts";
import { isRecord } from "../../values.ts";
import { createForkedProcess, type ForkedProcess } from "./forked-process.ts";

/** A process that has loaded what the blocks of a package import, and starts their executors as forks of itself. */
export interface ForkHost {
  readonly process: ExecutorProcess;
  /** How many of its forks run, or are asked for. */
  readonly size: number;
  /** Rejects if the host ends. */
  fork(request: ForkRequest): Promise<ForkAnswer>;
  /** Hangs up: the host ends, and its forks with it. */
  close(): void;
}

export interface ForkRequest {
  /** The command line of the session. */
  args: readonly string[];
  packageDirectory: string;
  /** What its environment has beside that of the host. */
  ownEnv: Readonly<Record<string, string>>;
  /** The file of the block that is to run first, if that is known: what it imports is loaded before. */
  entry: string | undefined;
  onOutput: Required<ExecutorProcessOptions>["onOutput"];
  /** Called once when it is gone: whether it has ended well, and the signal that has ended it, unless it was ours. */
  onEnd(isWell: boolean, signal: number | undefined): void;
}

/** A fork, or why there is none: the libraries that have changed the host so that forks of it are no good. */
export type ForkAnswer = Forked | { unfit: Record<string, unknown> };

export interface Forked {
  process: ExecutorProcess;
  /** Lets it begin. */
  go(): void;
}

interface Waiting {
  request: ForkRequest;
  /** What tells the programs that it starts. */
  mark: string;
  resolve(answer: ForkAnswer): void;
  reject(error: Error): void;
}

const hostProgram = fileURLToPath(
  new URL(
    // Built, everything is one file in `dist`.
    import.meta.url.endsWith(".ts") ? "../../../python/executor_host.py" : "../python/executor_host.py",
    import.meta.url,
  ),
);
const maxLineBytes = 1024 * 1024;

/** Starts one with the user's Python, for which the published executor is installed as `program`. */
export function openForkHost(
  python: ExecutorCommand,
  program: string,
  { refused, ...options }: Pick<ExecutorProcessOptions, "env" | "onOutput"> & { refused: Iterable<string> },
): ForkHost {
  const command = { ...python, args: [...python.args, hostProgram, program, ...refused] };
  const running = startExecutorProcess(command, [], { ...options, hasChannel: true });
  const forks = new Map<number, { forked: ForkedProcess; request: ForkRequest }>();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isGone = false;

  const send = (message: object) => {
    if (running.channel?.writable) running.channel.write(`${JSON.stringify(message)}\n`);
  };

  const begin = (pid: number, { request, mark, resolve, reject }: Waiting) => {
    // Whoever it names is let into a room.
    if (!listDescendants(running.pid ?? 0).includes(pid)) {
      return reject(new Error(`The Python host has named the process ${pid}, which is none of its own.`));
    }
    const forked = createForkedProcess(pid, mark, request.onOutput);
    const fork = { forked, request };
    forks.set(pid, fork);
    resolve({ process: forked.process, go: () => send({ type: "go", pid }) });
  };

  const end = (pid: number, code: number, signal?: unknown) => {
    const fork = forks.get(pid);
    if (fork === undefined) return;
    forks.delete(pid);
    fork.forked.onEnd(code);
    send({ type: "reap", pid });
    const { wasTold } = fork.forked;
    const isWell = wasTold === "leave" || (wasTold === undefined && code === 0);
    fork.request.onEnd(isWell, typeof signal === "number" && !wasTold ? signal : undefined);
  };

  const handle = (message: Record<string, unknown>) => {
    const { type, id, pid, code, text, stdio, signal, reasons } = message;
    if (type === "forked" || type === "unfit") {
      const asked = waiting.get(Number(id));
      waiting.delete(Number(id));
      if (type === "forked" && asked) begin(Number(pid), asked);
      else asked?.resolve({ unfit: isRecord(reasons) ? reasons : {} });
    } else if (type === "exited") {
      end(Number(pid), Number(code), signal);
    } else if (type === "output" && (stdio === "stdout" || stdio === "stderr")) {
      forks.get(Number(pid))?.forked.onOutput({ stdio, text: String(text) });
    }
  };

  const read = createLineReader((line) => handle(parse(line)), maxLineBytes);
  running.channel?.on("data", read);
  running.channel?.on("error", () => undefined);
  void running.exited.then(({ stderrTail, spawnError }) => {
    isGone = true;
    const error = new Error(`The Python host has ended. ${spawnError?.message ?? stderrTail}`.trim());
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    for (const pid of [...forks.keys()]) end(pid, -1);
  });

  return {
    process: running,
    get size() {
      return forks.size + waiting.size;
    },
    fork(request) {
      if (isGone) return Promise.reject(new Error("The Python host has ended."));
      lastId += 1;
      const id = lastId;
      const { args, packageDirectory, ownEnv, entry = null } = request;
      const mark = newMark();
      const environment = { ...ownEnv, [markVariable]: mark.value };
      send({ type: "fork", id, args, package: packageDirectory, entry, environment });
      return new Promise((resolve, reject) => waiting.set(id, { request, mark: mark.text, resolve, reject }));
    },
    close: () => running.channel?.end(),
  };
}

function parse(line: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(line);
    return isRecord(message) ? message : {};
  } catch {
    return {};
  }
}
