import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import { isTerminal, type TaskStore } from "../store/task-store.ts";
import { messageOf } from "../values.ts";
import { createQueue } from "./queue.ts";
import type { SessionEngine, SessionOutcome } from "./session.ts";

/** Takes accepted tasks from the queue to their end. */
export interface TaskRunner {
  /** Takes up what an earlier run of the server left: queued tasks run, the one that ran is failed. */
  resume(): Promise<void>;
  /** Queues a task that is in the store; `work` spares reading again what the caller knows, where it starts at once. */
  submit(taskId: string, work?: TaskWork): Promise<void>;
  /** Resolves when the task has ended; one that has ended already stays as it is. */
  stop(taskId: string): Promise<void>;
  /** Fails what runs, with the reason, and leaves what waits for the next start. */
  close(): Promise<void>;
}

/** What a task runs. */
export interface TaskWork {
  block: InstalledBlock;
  inputs: Record<string, unknown>;
}

export interface TaskRunnerParts {
  store: TaskStore;
  catalog: PackageCatalog;
  engine: SessionEngine;
  concurrency: number;
  /** How long a task may run; `undefined` for as long as it likes. */
  taskTimeoutMs: number | undefined;
  metrics: Pick<Metrics, "taskStarted" | "taskEnded">;
  log: Logger;
}

interface RunningTask {
  abort: AbortController;
  ended: Promise<void>;
}

export function createTaskRunner(parts: TaskRunnerParts): TaskRunner {
  const { store, catalog, engine, concurrency, taskTimeoutMs, metrics, log } = parts;
  const submittedAtMs = new Map<string, number>();
  const running = new Map<string, RunningTask>();
  const known = new Map<string, TaskWork>();

  const work = async (taskId: string) => {
    const abort = new AbortController();
    const ended = runTask(taskId, abort.signal).catch((error: unknown) => {
      log.error({ taskId, error }, "a task could not be run");
    });
    running.set(taskId, { abort, ended });
    const startedAtMs = Date.now();
    metrics.taskStarted(startedAtMs - (submittedAtMs.get(taskId) ?? startedAtMs));
    submittedAtMs.delete(taskId);
    const timer =
      taskTimeoutMs === undefined
        ? undefined
        : setTimeout(() => abort.abort(late(taskTimeoutMs)), taskTimeoutMs);
    await ended;
    clearTimeout(timer);
    running.delete(taskId);
  };
  const queue = createQueue(concurrency, work);

  const readWork = async (taskId: string): Promise<TaskWork | undefined> => {
    const task = await store.get(taskId);
    if (!task || isTerminal(task.status)) return undefined;
    const block = await catalog.find(task.blockId, task.packageVersion);
    return { block, inputs: await store.getInputs(taskId) };
  };

  const runTask = async (taskId: string, signal: AbortSignal) => {
    const startedAtMs = Date.now();
    let outcome: SessionOutcome;
    try {
      const work = known.get(taskId) ?? (await readWork(taskId));
      if (!work) return;
      outcome = await engine.run({
        ...work,
        signal,
        onStarted: (sessionId) => void markRunning(taskId, sessionId),
        onEvent: ({ type, nodeId, event }) =>
          store.appendLog(taskId, { sessionId: event.session_id, nodeId, type, event }),
      });
    } catch (error) {
      fail(taskId, "", messageOf(error));
      outcome = "failed";
    }
    const wasStopped = outcome === "aborted" && signal.reason === stopped;
    const status = wasStopped ? "stopped" : outcome === "completed" ? "completed" : "failed";
    await store.setStatus(taskId, status);
    const ranMs = Date.now() - startedAtMs;
    metrics.taskEnded(status, ranMs);
    log.info({ taskId, status, ranMs }, "a task has ended");
  };

  const markRunning = (taskId: string, sessionId: string) =>
    store
      .setStatus(taskId, "running", sessionId)
      .catch((error: unknown) => log.error({ taskId, error }, "not stored"));

  /** Leaves the reason in the logs, where clients look for it. */
  const fail = (taskId: string, sessionId: string, error: string) => {
    const event = { type: "SessionFinished", session_id: sessionId, finish_at: Date.now(), error };
    store.appendLog(taskId, { sessionId, nodeId: null, type: event.type, event });
  };

  return {
    async resume() {
      for (const { id, status } of await store.listUnfinished()) {
        if (status !== "running") {
          await this.submit(id);
          continue;
        }
        const task = await store.get(id);
        await store.resumeLogs(id);
        fail(id, task?.sessionId ?? "", serverStopped.message);
        await store.setStatus(id, "failed");
      }
    },
    async submit(taskId, work) {
      await store.setStatus(taskId, "pending");
      submittedAtMs.set(taskId, Date.now());
      if (work) known.set(taskId, work);
      queue.push(taskId);
      known.delete(taskId); // what has to wait is not kept in memory
    },
    async stop(taskId) {
      submittedAtMs.delete(taskId);
      if (queue.remove(taskId)) return store.setStatus(taskId, "stopped");
      const task = running.get(taskId);
      task?.abort.abort(stopped);
      await task?.ended;
    },
    async close() {
      queue.close();
      const tasks = [...running.values()];
      for (const task of tasks) task.abort.abort(serverStopped);
      await Promise.all(tasks.map((task) => task.ended));
      await engine.close();
    },
  };
}

const late = (timeoutMs: number) =>
  new Error(`The task ran for longer than the ${timeoutMs} ms that this server allows.`);
const stopped = new Error("The task was stopped.");
const serverStopped = new Error("The server was stopped while the task ran.");
