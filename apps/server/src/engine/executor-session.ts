import { createHash, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { topics } from "@oomol/scriptlet/wire";
import type { Logger } from "pino";
import type { Broker } from "../broker.ts";
import { isRecord } from "../values.ts";
import { executorEnvironment } from "./executor-environment.ts";
import { type ExecutorExit, startExecutorProcess } from "./executor-process.ts";
import { findExecutor } from "./find-executor.ts";
import { limitHeap, watchMemory } from "./memory-limit.ts";

/** What all executor sessions of a server share. */
export interface ExecutorSettings {
  broker: Broker;
  /** Holds `sessions/` and `package-data/`. */
  dataDirectory: string;
  executorReadyTimeoutMs: number;
  retainedVariables: readonly string[];
  /** What an executor and all it starts may use together. */
  taskMemoryBytes: number | undefined;
  log: Logger;
}

export interface ExecutorScope {
  /** `nodejs`, `python`, … */
  executorName: string;
  packageName: string;
  packageDirectory: string;
}

/** An engine session with one executor process, which is ready or on its way. */
export interface ExecutorSession {
  readonly id: string;
  readonly identifier: string;
  /** Absolute; what the blocks of the session make goes here. */
  readonly directory: string;
  /** Resolves at ExecutorReady; rejects where none came in time. A crash shows in `exited` alone. */
  readonly ready: Promise<void>;
  readonly exited: Promise<ExecutorExit>;
  /** Resolves, if ever, when the executor uses more memory than it may; whoever runs something on it ends it then. */
  readonly tooLarge: Promise<string>;
  /** Calls `listener` with each message of this session, those of executors on `report` included. */
  listen(listener: (message: ExecutorMessage) => void): () => void;
  publish(topic: string, message: object): void;
  /** Says goodbye as the engine does: SessionFinished, a pause, SIGTERM; then whatever is left is killed. */
  end(sessionFinished: object): Promise<void>;
  /** Ends the process tree now. */
  kill(): Promise<void>;
}

export type ExecutorMessage = { type: string; session_id: string; [field: string]: unknown };

/** Starts an executor for a package in a session of its own. Rejects where there is no such program. */
export async function openExecutorSession(
  settings: ExecutorSettings,
  scope: ExecutorScope,
): Promise<ExecutorSession> {
  const { broker, log } = settings;
  const id = randomUUID();
  const identifier = `${id}-${hash(scope.packageDirectory).slice(0, 16)}`;
  const directories = await makeDirectories(settings.dataDirectory, id, scope);
  const { taskMemoryBytes } = settings;
  const command = limitHeap(await findExecutor(scope.executorName), scope.executorName, taskMemoryBytes);

  const listeners = new Set<(message: ExecutorMessage) => void>();
  const receive = (message: unknown) => {
    if (!isExecutorMessage(message) || message.session_id !== id) return;
    for (const listener of [...listeners]) listener(message);
  };
  const unsubscribes = [
    broker.subscribe(topics.session(id), receive),
    broker.subscribe(topics.report, receive),
  ];
  const unsubscribe = () => {
    for (const end of unsubscribes) end();
  };

  const ready = waitUntilReady(listeners, scope, identifier, settings.executorReadyTimeoutMs);
  const executor = startExecutorProcess(
    command,
    [
      ...["--session-id", id, "--address", broker.address],
      ...["--session-dir", directories.session, "--tmp-dir", directories.temporary],
      ...["--identifier", identifier, "--package", scope.packageDirectory],
    ],
    {
      env: executorEnvironment(process.env, directories.packageData, settings.retainedVariables),
      onOutput: ({ stdio, text }) => log.debug({ sessionId: id, stdio, text }, "executor output"),
    },
  );
  void executor.exited.then(() => ready.cancel());

  return {
    id,
    identifier,
    directory: directories.session,
    ready: ready.promise,
    exited: executor.exited,
    tooLarge: watchMemory(executor, taskMemoryBytes),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish: (topic, message) => broker.publish(topic, message),
    async end(sessionFinished) {
      unsubscribe();
      broker.publish(topics.report, sessionFinished);
      await settledWithin(executor.exited, goodbyeMs);
      await executor.kill();
    },
    async kill() {
      unsubscribe();
      await executor.kill();
    },
  };
}

/** The engine leaves executors at least 600 ms to flush. */
const goodbyeMs = 1_000;

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function makeDirectories(dataDirectory: string, id: string, scope: ExecutorScope) {
  const session = join(dataDirectory, "sessions", id);
  const name = basename(scope.packageDirectory);
  const temporary = join(session, "tmp", `${name}-${hash(scope.packageDirectory).slice(0, 8)}`);
  const packageData = join(dataDirectory, "package-data", scope.packageName);
  await mkdir(join(temporary, name), { recursive: true });
  await mkdir(packageData, { recursive: true });
  return { session, temporary, packageData };
}

function isExecutorMessage(message: unknown): message is ExecutorMessage {
  return isRecord(message) && typeof message.type === "string" && typeof message.session_id === "string";
}

/** Settles at ExecutorReady or after the time allowed; `cancel` leaves it open for good and its timer cleared. */
function waitUntilReady(
  listeners: Set<(message: ExecutorMessage) => void>,
  scope: ExecutorScope,
  identifier: string,
  timeoutMs: number,
): { promise: Promise<void>; cancel(): void } {
  let cancel = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      cancel();
      const program = `${scope.executorName}-executor`;
      reject(
        new Error(
          `Executor ${program} identifier Some("${identifier}") for package ${scope.packageName} timeout after ${timeoutMs / 1000}s`,
        ),
      );
    }, timeoutMs);
    const listener = (message: ExecutorMessage) => {
      if (message.type !== "ExecutorReady" || message.executor_name !== scope.executorName) return;
      if (message.identifier !== identifier) return;
      cancel();
      resolve();
    };
    cancel = () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
    listeners.add(listener);
  });
  promise.catch(() => undefined); // who waits handles it; nobody may be waiting yet
  return { promise, cancel: () => cancel() };
}

async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
  clearTimeout(timer);
}
