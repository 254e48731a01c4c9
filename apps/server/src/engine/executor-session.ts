import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { topics } from "@oomol/scriptlet/wire";
import type { Room } from "../broker/room.ts";
import type { ExecutorSettings } from "./executor-settings.ts";
import { watchMemory } from "./memory-limit.ts";
import {
  type ExecutorScope,
  type SessionExecutor,
  shortHash,
  startSessionExecutor,
} from "./session-executor.ts";

/** An engine session with an executor for each package that it runs blocks of. */
export interface ExecutorSession {
  readonly id: string;
  /** Absolute; what the blocks of the session make goes here. */
  readonly directory: string;
  /** The one that the session was opened with. */
  readonly executor: SessionExecutor;
  /** Resolves, if ever, with the limit that the session has exceeded; whoever runs something on it ends it then. */
  readonly exceeded: Promise<string>;
  /** The executor of a scope, started where the session has none. Rejects where there is no such program. */
  executorOf(scope: ExecutorScope): Promise<SessionExecutor>;
  /** What the executors say and hear. */
  readonly room: Room;
  /** Says goodbye as the engine does: SessionFinished, a pause, SIGTERM; then whatever is left is killed. */
  end(sessionFinished: object): Promise<void>;
  /** Ends the process trees now. */
  kill(): Promise<void>;
}

/** Starts an executor for a package in a session of its own. Rejects where there is no such program. */
export async function openExecutorSession(
  settings: ExecutorSettings,
  scope: ExecutorScope,
): Promise<ExecutorSession> {
  const { broker } = settings;
  const id = randomUUID();
  const directory = join(settings.dataDirectory, "sessions", id);
  const { packageDirectory } = scope;
  const flowName = `${basename(packageDirectory)}-${shortHash(packageDirectory, 8)}`;
  const temporaryDirectory = join(directory, "tmp", flowName);
  const room = broker.openRoom(id);

  const executors = new Map<string, Promise<SessionExecutor>>();
  const started = new Set<SessionExecutor>();
  let isOver = false;
  const executorOf = (wanted: ExecutorScope) => {
    const key = `${wanted.executorName} ${wanted.packageDirectory}`;
    const starting = executors.get(key) ?? start(wanted);
    executors.set(key, starting);
    return starting;
  };
  const start = async (wanted: ExecutorScope) => {
    const place = { id, directory, temporaryDirectory, room };
    const executor = await startSessionExecutor(settings, place, wanted);
    started.add(executor);
    if (isOver) await executor.process.kill();
    return executor;
  };
  const killAll = async () => {
    await Promise.all([...started].map((executor) => executor.process.kill()));
    await Promise.allSettled(executors.values()); // what was still being started ends itself
  };

  try {
    const executor = await executorOf(scope);
    const pids = () => [...started].map((one) => one.process.pid ?? 0).filter((pid) => pid > 0);
    return {
      ...{ id, directory, executor, executorOf, room },
      exceeded: Promise.race([
        watchMemory(pids, executor.exited, settings.taskMemoryBytes),
        new Promise<string>((resolve) => room.onRefused(resolve)),
      ]),
      async end(sessionFinished) {
        isOver = true;
        const left = [...started].map((executor) => executor.process.leave(goodbyeMs));
        room.publish(topics.report, sessionFinished);
        await Promise.all(left);
        await killAll();
        room.close();
      },
      async kill() {
        isOver = true;
        room.close();
        await killAll();
      },
    };
  } catch (error) {
    room.close();
    throw error;
  }
}

/** The engine leaves executors at least 600 ms to flush. */
const goodbyeMs = 1_000;
