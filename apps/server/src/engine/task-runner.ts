import type { Logger } from "pino";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { isTerminal, type TaskStore } from "../store/task-store.ts";
import { messageOf } from "../values.ts";
import { createQueue } from "./queue.ts";
import type { SessionEngine, SessionOutcome } from "./session.ts";

/** Takes accepted tasks from the queue to their end. */
export interface TaskRunner {
  /** Takes up what an earlier run of the server left: queued tasks run, the one that ran is failed. */
  resume(): Promise<void>;
  /** Queues a task that is in the store. */
  submit(taskId: string): Promise<void>;
  /** Resolves when the task has ended; one that has ended already stays as it is. */
  stop(taskId: string): Promise<void>;
  /** Fails what runs, with the reason, and leaves what waits for the next start. */
  close(): Promise<void>;
}

export interface TaskRunnerParts {
  store: TaskStore;
  catalog: PackageCatalog;
  engine: SessionEngine;
  concurrency: number;
  log: Logger;
}

interface RunningTask {
  abort: AbortController;
  ended: Promise<void>;
}

export function createTaskRunner({ store, catalog, engine, concurrency, log }: TaskRunnerParts): TaskRunner {
  const running = new Map<string, RunningTask>();

  const work = async (taskId: string) => {
    const abort = new AbortController();
    const ended = runTask(taskId, abort.signal).catch((error: unknown) => {
      log.error({ taskId, error }, "a task could not be run");
    });
    running.set(taskId, { abort, ended });
    await ended;
    running.delete(taskId);
  };
  const queue = createQueue(concurrency, work);

  const runTask = async (taskId: string, signal: AbortSignal) => {
    const task = await store.get(taskId);
    if (!task || isTerminal(task.status)) return;
    let outcome: SessionOutcome;
    try {
      const block = await catalog.find(task.blockId, task.packageVersion);
      const inputs = await store.getInputs(taskId);
      outcome = await engine.run({
        block,
        inputs,
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
    await store.setStatus(taskId, wasStopped ? "stopped" : outcome === "completed" ? "completed" : "failed");
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
    async submit(taskId) {
      await store.setStatus(taskId, "pending");
      queue.push(taskId);
    },
    async stop(taskId) {
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

const stopped = new Error("The task was stopped.");
const serverStopped = new Error("The server was stopped while the task ran.");
