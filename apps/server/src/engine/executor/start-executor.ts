import { basename, join } from "node:path";
import { type TraceContext, traceVariables } from "@oomol/connect-shared/trace-context";
import { channelAddress, type SessionOver } from "@oomol/scriptlet/wire";
import { createExecutorChannel, type ExecutorChannel } from "../../broker/executor-channel.ts";
import { createOutputFences } from "../../broker/output-fences.ts";
import type { Room } from "../../broker/room.ts";
import { packageDataOf } from "../../packages/package-data.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { awaitDebugger } from "../../processes/await-debugger.ts";
import { confineExecutor, isConfined, unconfined } from "../../processes/confine-executor.ts";
import { executorEnvironment } from "../../processes/executor-environment.ts";
import {
  type ExecutorExit,
  type ExecutorProcess,
  type ExecutorProcessOptions,
  startExecutorProcess,
} from "../../processes/executor-process.ts";
import { type ExecutorCommand, findExecutor } from "../../processes/find-executor.ts";
import { limitHeap } from "../../processes/memory-limit.ts";
import { openOutputPipes } from "../../processes/output-pipes.ts";
import type { Forked } from "../python/open-fork-host.ts";
import { createExecutorOutput, type ExecutorOutput } from "./executor-output.ts";
import type { ExecutorSettings } from "./executor-settings.ts";
import { removeExecutorLogs } from "./remove-executor-logs.ts";
import { identifierOf, type SessionPlace } from "./session-place.ts";

/** What an executor is started for. */
export interface ExecutorScope {
  /** `nodejs`, `python`, … */
  executorName: string;
  packageName: string;
  packageDirectory: string;
  /** What it is to run first, if that is known. */
  firstBlock?: Pick<InstalledBlock, "directory" | "executor"> | undefined;
}

/** What a process is started with. */
export interface ExecutorLaunch extends Required<Pick<ExecutorProcessOptions, "onOutput" | "env">> {
  command: ExecutorCommand;
  args: readonly string[];
  /** Of its environment, what is for this one alone. */
  ownEnv: Readonly<Record<string, string>>;
}

export interface StartOptions {
  /** Where in a trace its session is. Ours serves several, and is told with each job. */
  trace?: TraceContext | undefined;
  isReusable: boolean;
  /** A quicker way to a process than a start, if there is one for this launch; it does nothing before `go`. */
  fork?: ((launch: ExecutorLaunch) => Promise<Forked | undefined> | undefined) | undefined;
}

/** Why an executor runs nothing any more. */
export type ExecutorFailure = { exit: ExecutorExit } | { notReady: unknown };

/** An executor process, which is ready or on its way, in the session that it serves. */
export interface Executor {
  readonly scope: ExecutorScope;
  /** The session that it serves now. */
  readonly place: SessionPlace;
  /** Tells the executors of a session apart. */
  readonly identifier: string;
  readonly process: ExecutorProcess;
  /** What it prints past its messages. */
  readonly output: ExecutorOutput;
  /** The way to our own executor; others are met in the room of the session. */
  readonly channel: ExecutorChannel | undefined;
  /** Resolves at ExecutorReady; rejects if none came in time. A crash shows in `exited` alone. */
  readonly ready: Promise<void>;
  readonly exited: Promise<ExecutorExit>;
  /**
   * Calls `listener` once if the executor is gone or was not ready in time, at once if that is so already; the answer ends
   * this. Unlike what is chained to `exited`, it holds nothing for the life of a process that serves thousands of jobs.
   */
  onFailed(listener: (failure: ExecutorFailure) => void): () => void;
  /** Whether it can serve another session: what a confined one can reach was settled when it was started. */
  readonly canMove: boolean;
  /** Leaves its session; resolves with what it says of itself, or with nothing if it cannot serve another. */
  endSession(): Promise<SessionOver | undefined>;
  /** Serves another session, after the end of the last. */
  beginSession(place: SessionPlace): void;
}

/**
 * Starts an executor with the command line of the engine; one that `isReusable` prepares to tell whether its sessions have
 * left anything, which takes some 50 ms more. Rejects if there is no such program.
 */
export async function startExecutor(
  settings: ExecutorSettings,
  first: SessionPlace,
  scope: ExecutorScope,
  { isReusable, trace, fork }: StartOptions,
): Promise<Executor> {
  const { broker, dataDirectory, taskMemoryBytes, inspectPort, retainedVariables, log } = settings;
  const { executorName, packageDirectory } = scope;
  const isOurs = executorName === "nodejs";
  const firstIdentifier = identifierOf(first, packageDirectory);
  // First: a session that does not come to be leaves no folder.
  const found = awaitDebugger(await findExecutor(executorName), executorName, inspectPort);
  const command = limitHeap(found, executorName, taskMemoryBytes);
  const packageData = packageDataOf(dataDirectory, scope.packageName);
  const confinement = settings.confinement ?? unconfined;
  // Ours makes the folders of a session when a block asks for them, if it may.
  const canMove = isOurs && !isConfined(confinement);
  const confined = await confineExecutor(confinement, command, {
    executorName,
    packageDirectory,
    packageData,
    uploads: first.uploads,
    sessionDirectory: first.directory,
    temporaryDirectories: canMove ? [] : [join(first.temporaryDirectory, basename(packageDirectory))],
  });

  const fences = isOurs ? createOutputFences() : undefined;
  const output = createExecutorOutput(fences, ({ stdio, text }) =>
    log.debug({ processId: running.pid, stdio, text }, "executor output"),
  );
  const launch: ExecutorLaunch = {
    command: confined.command,
    args: [
      ...["--session-id", first.id, "--address", isOurs ? channelAddress : broker.address],
      ...["--session-dir", first.directory, "--tmp-dir", first.temporaryDirectory],
      ...["--identifier", firstIdentifier, "--package", packageDirectory],
      ...(canMove && isReusable ? ["--reusable"] : []),
      ...(isOurs && settings.tracing?.relays ? ["--traces"] : []),
    ],
    env: { ...executorEnvironment(process.env, packageData, retainedVariables), ...confined.env },
    ownEnv: isOurs ? {} : traceVariables(trace),
    onOutput: (chunk) => output.take(chunk),
  };
  const forked = isConfined(confinement) ? undefined : await fork?.(launch);
  const pipes = forked ? undefined : await openOutputPipes();
  const ready = waitUntilReady(first.room, scope, firstIdentifier, settings.executorReadyTimeoutMs);
  const running =
    forked?.process ??
    startExecutorProcess(launch.command, launch.args, {
      hasChannel: isOurs,
      env: { ...launch.env, ...launch.ownEnv },
      identity: confined.identity,
      pipes,
      onOutput: launch.onOutput,
    });
  const channel =
    running.channel && createExecutorChannel(running.channel, { fences, output: running.output });
  channel?.attach(first.room);
  const expel =
    isOurs || running.pid === undefined ? undefined : broker.admit(first.room, running.pid, "executor");
  forked?.go();
  void running.exited.then(() => {
    ready.cancel();
    expel?.();
    if (!isOurs) removeExecutorLogs(first.id, launch.env.HOME);
  });

  const onFailed = listenForFailure(running.exited, ready.promise);
  let place = first;
  return {
    scope,
    process: running,
    output,
    channel,
    canMove,
    ready: ready.promise,
    exited: running.exited,
    onFailed,
    get place() {
      return place;
    },
    get identifier() {
      return identifierOf(place, packageDirectory);
    },
    async endSession() {
      if (channel === undefined) return undefined;
      let stopListening = () => {};
      const gone = new Promise<undefined>((resolve) => {
        stopListening = onFailed(() => resolve(undefined));
      });
      return Promise.race([channel.endSession(place.id), gone]).finally(stopListening);
    },
    beginSession(next) {
      place = next;
      channel?.attach(next.room, {
        session_id: next.id,
        session_dir: next.directory,
        tmp_dir: next.temporaryDirectory,
        identifier: identifierOf(next, packageDirectory),
      });
    },
  };
}

function listenForFailure(exited: Promise<ExecutorExit>, ready: Promise<void>): Executor["onFailed"] {
  const listeners = new Set<(failure: ExecutorFailure) => void>();
  let known: ExecutorFailure | undefined;
  const fail = (failure: ExecutorFailure) => {
    known ??= failure;
    for (const listener of [...listeners]) listener(known);
    listeners.clear();
  };
  void exited.then((exit) => fail({ exit }));
  ready.catch((notReady: unknown) => fail({ notReady }));
  return (listener) => {
    if (known) listener(known);
    else listeners.add(listener);
    return () => listeners.delete(listener);
  };
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
      reject(
        new Error(
          `The executor "${scope.executorName}" was not ready within ${timeoutMs / 1_000} s. If the machine was busy, allow more (--executor-ready-timeout-ms), or let fewer tasks run at once (--concurrency).`,
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
