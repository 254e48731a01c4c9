import { setTimeout as delay } from "node:timers/promises";
import type { Runnable } from "../packages/read-package.ts";
import { Refusal } from "../refusal.ts";
import type { StoredTask } from "../store/task-rows.ts";
import type { TaskStore, UnfinishedTask } from "../store/task-store.ts";
import { messageOf } from "../values.ts";
import { keepTrying } from "./keep-trying.ts";
import { createKnownBlocks } from "./known-blocks.ts";
import { createQueue } from "./queue.ts";
import { createRunTask, type RunTaskParts, stopRequested, TaskStop } from "./run-task.ts";

/** What callers may do about tasks that are in the store. */
export interface TaskControl {
  /**
   * The task is to run; `block` spares finding again what the caller knows, if it starts soon. Submit it when it is stored, and, if you
   * like, once more before: one that is not there is not taken up.
   */
  submit(task: Pick<StoredTask, "id" | "caller">, block?: Runnable): Promise<void>;
  /** Resolves when the task has ended; one that has ended already stays as it is. */
  stop(taskId: string): Promise<void>;
}

/** Takes accepted tasks from a queue in this process to their end. */
export interface TaskRunner extends TaskControl {
  /**
   * Takes up what an earlier run of the server left, in that order: queued tasks run, what ran then is failed or runs again.
   * None of them may have been submitted to this one.
   */
  resume(unfinished: readonly UnfinishedTask[]): Promise<void>;
  /** Fails what runs, with the reason, and leaves what waits for the next start. */
  close(): Promise<void>;
}

export interface TaskRunnerParts extends RunTaskParts {
  concurrency: number;
  /** What an earlier run of the server had under way runs again; otherwise it is failed. */
  rerunInterrupted: boolean;
}

interface RunningTask {
  abort: AbortController;
  ended: Promise<void>;
}

export function createTaskRunner(parts: TaskRunnerParts): TaskRunner {
  const { store, engine, concurrency, rerunInterrupted, log } = parts;
  const runTask = createRunTask(parts);
  const running = new Map<string, RunningTask>();
  const known = createKnownBlocks();
  const closing = new AbortController();
  let onSettled = (_taskId: string) => {};

  const run = async (taskId: string, signal: AbortSignal, onRan: () => void) => {
    const task = await keepTrying(
      () => store.writer.claimOne(taskId),
      closing.signal,
      (error) => log.error({ taskId, error: messageOf(error) }, "a task could not be taken up yet"),
    );
    if (task) await runTask(task, signal, { block: known.take(taskId), closing: closing.signal, onRan });
  };

  const work = async (taskId: string, leavePlace: () => void) => {
    const abort = new AbortController();
    const ended = run(taskId, abort.signal, leavePlace).catch((error: unknown) => {
      log.error({ taskId, error: messageOf(error) }, "a task could not be run");
    });
    running.set(taskId, { abort, ended });
    await ended;
    running.delete(taskId);
    onSettled(taskId);
  };
  const queue = createQueue(concurrency, work);

  /** One of them may be what ended the last run of the server: it is to take none of the others with it again. */
  const rerunInTurn = (tasks: readonly UnfinishedTask[]) => {
    const waiting = [...tasks];
    let current: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const next = () => {
      clearTimeout(timer);
      const task = closing.signal.aborted ? undefined : waiting.shift();
      current = task?.id;
      if (!task) return;
      timer = setTimeout(next, suspectMs).unref();
      queue.push(task);
    };
    onSettled = (taskId) => {
      if (taskId === current) next();
    };
    closing.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    next();
  };

  return {
    async resume(unfinished) {
      const isOver = ({ wasTaken }: UnfinishedTask) => wasTaken && !rerunInterrupted;
      const interrupted = unfinished.filter(({ wasTaken }) => wasTaken && rerunInterrupted);
      rerunInTurn(interrupted);
      // All of the others at once, ahead of whatever is submitted meanwhile.
      for (const task of unfinished) if (!task.wasTaken) queue.push(task);
      for (const task of unfinished) {
        if (isOver(task)) await store.writer.end(task.id, "failed", { reason: serverStopped.message });
      }
    },
    async submit(task, block) {
      if (running.has(task.id)) return;
      if (block) known.add(task.id, block);
      queue.push(task);
    },
    async stop(taskId) {
      queue.remove(taskId);
      if (!running.has(taskId)) onSettled(taskId);
      const task = running.get(taskId);
      task?.abort.abort(stopRequested);
      if (task) await untilStored(task.ended, store);
      await store.writer.end(taskId, "stopped"); // unless its end is stored
    },
    async close() {
      queue.close();
      closing.abort();
      const tasks = [...running.values()];
      for (const task of tasks) task.abort.abort(serverStopped);
      await Promise.all(tasks.map((task) => task.ended));
      await engine.close();
    },
  };
}

/** A full disk may stay full: whoever stops the task is told then that it runs no more, though nobody can be shown that yet. */
async function untilStored(ended: Promise<void>, { writer }: TaskStore): Promise<void> {
  const over = new AbortController();
  const isOver = ended.then(() => over.abort());
  while (!over.signal.aborted) {
    await Promise.race([
      isOver,
      delay(patienceMs, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    if (writer.health.failure === undefined || over.signal.aborted) continue;
    throw new Refusal(
      507,
      "The task's processes are ended, but that cannot be stored: the server's disk is full. It is as soon as there is room.",
    );
  }
}

const patienceMs = 2_000;

/** One that has run for so long is not waited for. */
const suspectMs = 10_000;

const serverStopped = new TaskStop("The server was stopped while the task ran.", "failed");
