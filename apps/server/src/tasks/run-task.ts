import type { Logger } from "pino";
import type { Engine, SessionOutcome } from "../engine/engine.ts";
import { followSignal } from "../engine/follow-signal.ts";
import type { FileStore } from "../files/file-store.ts";
import type { Metrics } from "../metrics.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { Runnable } from "../packages/read-package.ts";
import type { StoredStatus } from "../store/tables.ts";
import { type ClaimedTask, type NewLog, sessionEnd } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { noTracing, type Span, type Tracing } from "../tracing/tracing.ts";
import { messageOf } from "../values.ts";
import { keepTrying } from "./keep-trying.ts";
import { keepUsingStorage } from "./keep-using-storage.ts";

/**
 * Runs one task that was claimed. Aborted with a {@link TaskStop}. Resolves to `ended` when its end is in the store, `left`
 * if it was let go of without one, and `lost` if somebody else has taken or ended it. Storing the end is retried until `closing`
 * is aborted; only then it rejects.
 */
export type RunTask = (
  task: ClaimedTask,
  signal: AbortSignal,
  options: RunTaskOptions,
) => Promise<"ended" | "left" | "lost">;

export interface RunTaskOptions {
  /** Aborted when this process cannot wait any longer. */
  closing: AbortSignal;
  /** Spares finding it. */
  block?: Runnable | undefined;
  /** Called once or twice when its process is free for another task, or about to be, before its end is stored. */
  onRan?(): void;
  /** Called when the engine says how the task ended; if that cannot be relied on, others decide. */
  isReliable?(): boolean;
}

export interface RunTaskParts {
  store: TaskStore;
  catalog: PackageCatalog;
  engine: Engine;
  files: FileStore;
  /** How long the files of a task are kept trying for while their storage is out of order; 300,000 by default. */
  storagePatienceMs?: number | undefined;
  /** How long a task may run; `undefined` for as long as it likes. */
  taskTimeoutMs: number | undefined;
  metrics: Pick<Metrics, "taskStarted" | "taskEnded">;
  /** Off by default. */
  tracing?: Tracing | undefined;
  log: Logger;
}

/** Why a task is aborted, and how it ends: without a status it does not end here. */
export class TaskStop extends Error {
  readonly status: "failed" | "stopped" | undefined;

  constructor(message: string, status: "failed" | "stopped" | undefined) {
    super(message);
    this.status = status;
  }
}

/** Somebody asked for it. */
export const stopRequested = new TaskStop("The task was stopped.", "stopped");

export function createRunTask(parts: RunTaskParts): RunTask {
  const { store, catalog, engine, files, taskTimeoutMs, metrics, log } = parts;
  const { storagePatienceMs = 300_000, tracing = noTracing } = parts;

  /** Tries until it is stored, or until the task is over: that it runs must not be stored after its end. */
  const markRunning = (taskId: string, sessionId: string, over: AbortSignal) =>
    keepTrying(
      async () => over.aborted || store.writer.setStatus(taskId, "running", sessionId),
      over,
      (error) =>
        log.error({ taskId, error: messageOf(error) }, "the start of a task could not be stored yet"),
    );

  const useStorage = <Result>(
    run: () => Promise<Result>,
    { taskId, sessionId, signal }: { taskId: string; sessionId: string | undefined; signal: AbortSignal },
  ) =>
    keepUsingStorage(run, {
      patienceMs: storagePatienceMs,
      signal,
      onFailure(failure) {
        log.warn({ taskId, error: failure.message }, "files cannot be kept or fetched yet");
        void store.writer.appendLog(taskId, storageWarning(sessionId, failure, storagePatienceMs));
      },
    });

  /** The files of a task that is stopped are kept if that works at once; a task that others run again has others. */
  const keepStopped = async (taskId: string, sessionId: string, signal: AbortSignal) => {
    if (signal.reason instanceof TaskStop && signal.reason.status === undefined) return;
    await files
      .keepSession(sessionId, AbortSignal.timeout(stoppedPatienceMs))
      .catch((error: unknown) => log.warn({ taskId, error: messageOf(error) }, "files were not kept"));
  };

  const runEngine = async (
    task: ClaimedTask,
    unbroken: AbortSignal,
    known: Runnable | undefined,
    { span, onEnding, onEnded }: { span: Span; onEnding: (() => void) | undefined; onEnded(): void },
  ) => {
    if (unbroken.aborted) return { outcome: "aborted" as const };
    using broken = followSignal(unbroken);
    let breakage: { reason: unknown } | undefined;
    let sessionId: string | undefined;
    const over = new AbortController();
    try {
      const block = known ?? (await catalog.find(task.blockId, task.packageVersion));
      const opening = { taskId: task.id, sessionId: undefined, signal: unbroken };
      const inputs = await useStorage(() => files.openUploads(task.id, task.inputs, unbroken), opening);
      const outcome = await engine.run({
        block,
        caller: task.caller,
        inputs,
        uploads: files.uploadDirectory(task.id),
        span,
        signal: broken.signal,
        onStarted(id) {
          sessionId = id;
          void markRunning(task.id, id, over.signal);
        },
        ...(onEnding && { onEnding }),
        onEvent({ type, nodeId, event }) {
          try {
            return store.writer.appendLog(task.id, { sessionId: event.session_id, nodeId, type, event });
          } catch (reason) {
            breakage ??= { reason };
            broken.abort(reason);
            return undefined;
          }
        },
      });
      onEnded();
      const id = sessionId;
      // Before anyone is told that the task has ended: its files can be asked for then.
      if (id !== undefined && outcome === "aborted") await keepStopped(task.id, id, unbroken);
      else if (id !== undefined) {
        const keeping = { taskId: task.id, sessionId: id, signal: unbroken };
        await useStorage(() => files.keepSession(id, unbroken), keeping);
      }
      if (breakage && outcome !== "aborted") throw breakage.reason; // the last of its events may be the one
      return { outcome, sessionId };
    } catch (error) {
      if (unbroken.aborted) return { outcome: "aborted" as const, sessionId };
      // The reason belongs in the logs, where clients look for it.
      void store.writer.appendLog(task.id, sessionEnd(sessionId ?? "", messageOf(error)));
      return { outcome: "failed" as const, sessionId };
    } finally {
      over.abort(isOver);
      await files
        .release(task.id, sessionId)
        .catch((error: unknown) =>
          log.warn({ taskId: task.id, error: messageOf(error) }, "files are left over"),
        );
    }
  };

  /** Whoever waits for the task waits for this, and the session's folder is found by it. */
  const markEnded = (
    taskId: string,
    status: StoredStatus,
    sessionId: string | undefined,
    closing: AbortSignal,
  ) =>
    keepTrying(
      () => store.writer.setStatus(taskId, status, sessionId),
      closing,
      (error) =>
        log.error({ taskId, status, error: messageOf(error) }, "the end of a task could not be stored yet"),
    );

  /** Somebody may have ended a task over the head of this process, and deleted it: its files came after that. */
  const removeIfDeleted = async (taskId: string, sessionId: string | undefined) => {
    try {
      const isDeleted = (await store.get(taskId)) === undefined;
      if (isDeleted) await files.remove({ id: taskId, sessionId: sessionId ?? null });
    } catch (error) {
      log.warn({ taskId, error: messageOf(error) }, "files are left over");
    }
  };

  return async (task, stop, { closing, block, onRan, isReliable = () => true }) => {
    const startedAtMs = performance.now(); // the wall clock may be set meanwhile
    metrics.taskStarted(Math.max(0, Date.now() - task.createdAt));
    const { trace } = task;
    if (trace) tracing.start("queue", trace, { startMs: task.createdAt }).end();
    const span = tracing.start(`run ${task.blockId}`, trace, { kind: "consumer", attributes: toldOf(task) });
    using time = followSignal(stop);
    const { signal } = time;
    const timer =
      taskTimeoutMs === undefined
        ? undefined
        : setTimeout(() => time.abort(late(taskTimeoutMs)), taskTimeoutMs);
    const stopTimer = () => clearTimeout(timer); // what follows is not the block's time
    const { outcome, sessionId } = await runEngine(task, signal, block, {
      span,
      onEnding: onRan,
      onEnded: stopTimer,
    });
    stopTimer();
    onRan?.();
    const status = outcome !== "aborted" && !isReliable() ? undefined : statusOf(outcome, signal);
    const storing = span.child("store end");
    const isHeld = await (status === undefined
      ? store.writer.release(task.id)
      : markEnded(task.id, status, sessionId, closing)
    ).finally(() => storing.end());
    if (sessionId !== undefined) span.set({ "oomol.session.id": sessionId });
    if (status === undefined || !isHeld) {
      const reason = signal.aborted ? messageOf(signal.reason) : "the worker stood still meanwhile";
      span.end(`It was left to others: ${reason}`);
      log.info({ taskId: task.id, reason }, "a task was left to others");
      if (!isHeld) await removeIfDeleted(task.id, sessionId);
      return isHeld ? "left" : "lost";
    }
    const ranMs = Math.round(performance.now() - startedAtMs);
    metrics.taskEnded(status, ranMs);
    span.set({ "oomol.task.status": status });
    span.end(status === "failed" ? "The task failed." : undefined);
    log.info({ taskId: task.id, status, ranMs }, "a task has ended");
    return "ended";
  };
}

function toldOf({ id, blockId, packageVersion }: ClaimedTask) {
  return { "oomol.task.id": id, "oomol.block.id": blockId, "oomol.package.version": packageVersion };
}

/** For whoever follows the task, and asks why it has not ended. */
function storageWarning(sessionId = "", { message }: Error, patienceMs: number): NewLog {
  const event = {
    type: "BlockWarning",
    session_id: sessionId,
    stacks: [],
    warning: `The files of this task wait for their storage, for ${Math.ceil(patienceMs / 60_000)} min at most: ${message}`,
  };
  return { sessionId, nodeId: null, type: event.type, event };
}

/** A reason of its own spares the making of an exception each time. */
const isOver = "the task is over";

const stoppedPatienceMs = 10_000;

const late = (timeoutMs: number) =>
  new TaskStop(`The task ran for longer than the ${timeoutMs} ms that this server allows.`, "failed");

function statusOf(outcome: SessionOutcome, signal: AbortSignal) {
  if (outcome !== "aborted") return outcome;
  return signal.reason instanceof TaskStop ? signal.reason.status : "failed";
}
