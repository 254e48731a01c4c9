import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { topics } from "@oomol/scriptlet/wire";
import type { Broker } from "../broker.ts";
import { type Listen, listenToSession } from "./executor-messages.ts";
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
  /** Resolves, if ever, when the session uses more memory than it may; whoever runs something on it ends it then. */
  readonly tooLarge: Promise<string>;
  /** The executor of a scope, started where the session has none. Rejects where there is no such program. */
  executorOf(scope: ExecutorScope): Promise<SessionExecutor>;
  /** Calls `listener` with each message that executors send about this session, those on `report` included. */
  readonly listen: Listen;
  publish(topic: string, message: object): void;
  /** Calls `listener` whenever an executor, of whatever session, has subscribed to the topic. */
  readonly onSubscribed: Broker["onSubscribed"];
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
  const { listen, close: stopListening } = listenToSession(broker, id);

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
    const place = { id, directory, temporaryDirectory, listen };
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
      ...{ id, directory, executor, executorOf, listen },
      tooLarge: watchMemory(pids, executor.exited, settings.taskMemoryBytes),
      publish: (topic, message) => broker.publish(topic, message),
      onSubscribed: broker.onSubscribed,
      async end(sessionFinished) {
        isOver = true;
        stopListening();
        const left = [...started].map((executor) => executor.process.leave(goodbyeMs));
        broker.publish(topics.report, sessionFinished);
        await Promise.all(left);
        await killAll();
      },
      async kill() {
        isOver = true;
        stopListening();
        await killAll();
      },
    };
  } catch (error) {
    stopListening();
    throw error;
  }
}

/** The engine leaves executors at least 600 ms to flush. */
const goodbyeMs = 1_000;
