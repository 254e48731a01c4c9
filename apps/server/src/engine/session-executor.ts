import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Room } from "../broker/room.ts";
import { executorEnvironment } from "./executor-environment.ts";
import { type ExecutorExit, type ExecutorProcess, startExecutorProcess } from "./executor-process.ts";
import type { ExecutorSettings } from "./executor-settings.ts";
import { findExecutor } from "./find-executor.ts";
import { limitHeap } from "./memory-limit.ts";

/** What an executor is started for. */
export interface ExecutorScope {
  /** `nodejs`, `python`, … */
  executorName: string;
  packageName: string;
  packageDirectory: string;
}

/** One executor process of a session, which is ready or on its way. */
export interface SessionExecutor {
  /** Tells the executors of a session apart. */
  readonly identifier: string;
  readonly process: ExecutorProcess;
  /** Resolves at ExecutorReady; rejects where none came in time. A crash shows in `exited` alone. */
  readonly ready: Promise<void>;
  readonly exited: Promise<ExecutorExit>;
}

export interface SessionPlace {
  id: string;
  /** Absolute. */
  directory: string;
  temporaryDirectory: string;
  room: Room;
}

/** Starts an executor with the command line of the engine. Rejects where there is no such program. */
export async function startSessionExecutor(
  settings: ExecutorSettings,
  { id, directory, temporaryDirectory, room }: SessionPlace,
  scope: ExecutorScope,
): Promise<SessionExecutor> {
  const { broker, dataDirectory, taskMemoryBytes, retainedVariables, log } = settings;
  const { executorName, packageDirectory } = scope;
  const identifier = `${id}-${shortHash(packageDirectory, 16)}`;
  // First: a session that does not come to be leaves no folder.
  const command = limitHeap(await findExecutor(executorName), executorName, taskMemoryBytes);
  const packageData = join(dataDirectory, "package-data", scope.packageName);
  await mkdir(packageData, { recursive: true });
  await mkdir(join(temporaryDirectory, basename(packageDirectory)), { recursive: true });

  const ready = waitUntilReady(room, scope, identifier, settings.executorReadyTimeoutMs);
  const running = startExecutorProcess(
    command,
    [
      ...["--session-id", id, "--address", broker.address],
      ...["--session-dir", directory, "--tmp-dir", temporaryDirectory],
      ...["--identifier", identifier, "--package", packageDirectory],
    ],
    {
      env: executorEnvironment(process.env, packageData, retainedVariables),
      onOutput: ({ stdio, text }) => log.debug({ sessionId: id, stdio, text }, "executor output"),
    },
  );
  const expel = running.pid === undefined ? undefined : broker.admit(room, running.pid, "executor");
  void running.exited.then(() => {
    ready.cancel();
    expel?.();
  });
  return { identifier, process: running, ready: ready.promise, exited: running.exited };
}

/** The first characters of the SHA-256 of a text, in hex. */
export function shortHash(text: string, characters: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, characters);
}

/** Settles at ExecutorReady or after the time allowed; `cancel` leaves it open for good and its timer cleared. */
function waitUntilReady(
  room: Room,
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
    const stopListening = room.listen((message) => {
      if (message.type !== "ExecutorReady" || message.executor_name !== scope.executorName) return;
      if (message.identifier !== identifier) return;
      cancel();
      resolve();
    });
    cancel = () => {
      clearTimeout(timer);
      stopListening();
    };
  });
  promise.catch(() => undefined); // who waits handles it; nobody may be waiting yet
  return { promise, cancel: () => cancel() };
}
