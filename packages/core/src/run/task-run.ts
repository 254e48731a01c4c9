import { TaskStoppedError } from "../errors/index.ts";
import type { Task, TaskLog } from "../types.ts";
import type { TaskEvent } from "./task-events.ts";
import { resultsOf } from "./task-result.ts";
import type { TaskWatch } from "./task-watch.ts";

/** The outcome of a task. */
export interface RunResult<Outputs = Record<string, unknown>> {
  taskId: string;
  task: Task;
  /** Every log of the task, in order. */
  logs: TaskLog[];
  /** The outputs of what the task ran: the last value of each handle, those that it returned over those that it put out. */
  result: Outputs;
  /** The same for every node, by the way to it: `node`, `outer/inner`; `"_"` for what the task itself ran. */
  results: Record<string, Record<string, unknown>>;
}

/** Enough for `tasks.attach` to find the task again, also on another machine. */
export interface TaskRunReference {
  taskId: string;
}

/**
 * A started task: follow it, wait for its result, stop it. Any number of readers share one loop of requests, which runs
 * while there is a reader.
 *
 * @example
 * const run = await client.tasks.start({ blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } });
 * for await (const event of run) if (event.type === "progress") console.log(event.progress);
 * const { result } = await run.result();
 */
export class TaskRun<Outputs = Record<string, unknown>> implements AsyncIterable<TaskEvent>, AsyncDisposable {
  /** The task's id. */
  readonly id: string;
  readonly #watch: TaskWatch;
  readonly #stopTask: () => Promise<Task>;
  readonly #stopOnDispose: boolean;
  readonly #onLeave: () => void;

  /** @internal Made by `tasks.start` and `tasks.attach`. */
  constructor(
    watch: TaskWatch,
    stopTask: () => Promise<Task>,
    { stopOnDispose, onLeave }: { stopOnDispose: boolean; onLeave: () => void },
  ) {
    this.id = watch.taskId;
    this.#watch = watch;
    this.#stopTask = stopTask;
    this.#stopOnDispose = stopOnDispose;
    this.#onLeave = onLeave;
  }

  /** The task as last seen; `undefined` before the first answer. */
  get task(): Task | undefined {
    return this.#watch.task;
  }

  /** The value that `JSON.stringify(run)` keeps: enough for `tasks.attach`. */
  toJSON(): TaskRunReference {
    return { taskId: this.id };
  }

  /**
   * All events from the first on, then each as it comes; ends when the task ends, even if it fails. Throws the reason if the
   * wait ends: the signal's reason, `TimeoutError`, a refusal of the server.
   */
  [Symbol.asyncIterator](): AsyncIterator<TaskEvent, undefined> {
    return readEvents(this.#watch);
  }

  /**
   * Waits for the end.
   *
   * @throws {@link TaskFailedError}, {@link TaskStoppedError}, {@link TimeoutError}, or the reason of an aborted signal.
   */
  async result(): Promise<RunResult<Outputs>> {
    const task = await untilDone(this.#watch, true);
    const { logs, logsFailure } = this.#watch;
    if (logsFailure !== undefined) throw logsFailure;
    // The registry tells the compiler which outputs a block declares.
    const { result, results } = resultsOf(logs) as { result: Outputs; results: RunResult["results"] };
    return { taskId: task.id, task, logs: [...logs], result, results };
  }

  /**
   * Every value that the block or flow puts out or returns at one handle, in order, each as it comes.
   *
   * @example
   * for await (const row of run.outputs("row")) console.log(row);
   * @throws What {@link result} throws, after the last value.
   */
  async *outputs<Handle extends keyof Outputs & string>(
    handle: Handle,
  ): AsyncGenerator<Outputs[Handle], undefined> {
    const { valuesOf } = await import("./values-of.ts");
    // The registry tells the compiler what a block declares.
    for await (const value of valuesOf(this, handle)) yield value as Outputs[Handle];
    await this.result();
  }

  /** Waits for the end without requesting logs, unless the task fails. */
  async completion(): Promise<Task> {
    return untilDone(this.#watch, false);
  }

  /** Stops the task on the server and resolves to it. Readers see this end like any other. */
  async stop(): Promise<Task> {
    const task = await this.#stopTask();
    this.#watch.noteTask(task);
    return task;
  }

  /** Ends every reader of this run; the task goes on, unless it was started with `stopOnDispose`, and an abort no longer stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const mustStop = this.#stopOnDispose && !this.#watch.isDone(false);
    this.leave();
    if (mustStop) await this.#stopTask();
  }

  /** @internal Ends every reader of this run, and its hold on the signal. */
  leave(): void {
    this.#watch.close(() => new DOMException(`The run of task ${this.id} was left.`, "AbortError"));
    this.#onLeave();
  }
}

async function untilDone(watch: TaskWatch, wantsLogs: boolean): Promise<Task> {
  if (!watch.isDone(wantsLogs)) {
    await new Promise<void>((resolve, reject) => {
      const leave = watch.join(wantsLogs, (failure) => {
        if (!failure && !watch.isDone(wantsLogs)) return;
        // The callback may be called before `join` returns.
        queueMicrotask(() => leave());
        if (failure) reject(failure.reason);
        else resolve();
      });
    });
  }
  const { task } = watch;
  if (task?.status === "failed") {
    const { taskFailure } = await import("./task-failure.ts");
    throw taskFailure(task, watch.logs);
  }
  if (task?.status === "stopped") throw new TaskStoppedError(task);
  // A watch is done only once it has seen a final state.
  return task as Task;
}

function readEvents(watch: TaskWatch): AsyncIterator<TaskEvent, undefined> {
  let position = 0;
  let failure: { reason: unknown } | undefined;
  let isLeft = false;
  let leave: (() => void) | undefined;
  const waiting: ((value?: undefined) => void)[] = [];
  const wake = (reason?: { reason: unknown }) => {
    failure ??= reason;
    for (const resume of waiting.splice(0)) resume();
  };
  const finish = () => {
    isLeft = true;
    leave?.();
    wake();
  };
  return {
    async next() {
      leave ??= watch.join(true, wake);
      for (;;) {
        const event = isLeft ? undefined : watch.events[position];
        if (event !== undefined) {
          position += 1;
          return { done: false, value: event };
        }
        if (failure && !isLeft) {
          finish();
          throw failure.reason;
        }
        if (isLeft || watch.isDone(true)) {
          finish();
          return { done: true, value: undefined };
        }
        await new Promise((resume) => waiting.push(resume));
      }
    },
    async return() {
      finish();
      return { done: true, value: undefined };
    },
  };
}
