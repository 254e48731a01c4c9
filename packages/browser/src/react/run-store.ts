import {
  ApiError,
  type BlockId,
  type InputsOf,
  isFinalStatus,
  type OutputsOf,
  type PollingOptions,
  type TaskEvent,
  type TaskRun,
  TaskStoppedError,
} from "@oomol/connect-core";
import type { CreateTaskRequest, OomolConnectClient, TaskFiles } from "../client.ts";
import { createRememberedTask, type RememberedTask } from "./remembered-task.ts";
import { applyEvents, idleState, type RunState } from "./run-state.ts";

/** Options of one run. */
export interface RunOptions<Id extends BlockId = BlockId> {
  /** By input, or as a list in the order of the inputs for files. */
  files?: TaskFiles<Id>;
}

/** Long enough to gather a burst of log lines, too short to be noticed. */
const gatherMs = 40;

/** One block's run outside of React: its state, and what changes it. It makes no requests unless it is open. */
export class RunStore<Id extends BlockId> {
  readonly #client: OomolConnectClient;
  readonly #blockId: Id;
  readonly #remembered: RememberedTask;
  readonly #listeners = new Set<() => void>();
  #state: RunState<OutputsOf<Id>> = idleState;
  #isOpen = true;
  /** The run that is followed: what it resolves to, and how to stop or leave it. */
  #current: Followed<OutputsOf<Id>> | undefined;

  constructor(client: OomolConnectClient, blockId: Id, key: string | undefined) {
    this.#client = client;
    this.#blockId = blockId;
    this.#remembered = createRememberedTask(key);
  }

  readonly getState = (): RunState<OutputsOf<Id>> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Follows the task that is known, or that a reload has left. The function that it returns ends every request and timer. */
  open(): () => void {
    this.#isOpen = true;
    const taskId = this.#state.taskId ?? this.#remembered.read();
    const isOver = isFinalStatus(String(this.#state.status)) || this.#state.error !== undefined;
    if (!this.#current && taskId !== undefined && !isOver) this.#attach(taskId);
    return () => {
      this.#isOpen = false;
      this.#leave();
    };
  }

  /** Starts the block. While a run goes on, it starts nothing and resolves with that run. Never rejects: see `error`. */
  readonly start = (
    inputValues?: Partial<InputsOf<Id>>,
    { files }: RunOptions<Id> = {},
  ): Promise<OutputsOf<Id> | undefined> => {
    if (this.#current) return this.#current.outcome;
    // Whoever has unmounted is not there to see the run.
    if (!this.#isOpen) return Promise.resolve(undefined);
    this.#remembered.forget();
    // The compiler cannot tell which of the two forms of a request a block's id gives.
    const request = { blockId: this.#blockId, inputValues, files } as CreateTaskRequest<Id>;
    return this.#follow({ ...idleState, status: "starting" }, async (options) => {
      const run = await this.#client.tasks.start(request, {
        ...options,
        // A task whose id nobody has got must not go on.
        stopOnAbort: true,
        onUploadProgress: (upload) => this.#set({ ...this.#state, upload }),
      });
      this.#remembered.write(run.id);
      return run;
    });
  };

  /** Stops the task, or the sending of its files. Resolves when the server has stopped it; a failure becomes `error`. */
  readonly stop = async (): Promise<void> => {
    const current = this.#current;
    if (!current) return;
    if (!current.run) {
      this.reset();
      return;
    }
    try {
      await current.run.stop();
    } catch (error) {
      if (this.#current === current) this.#set({ ...this.#state, error });
    }
  };

  /** Forgets the run, which goes on if it has not ended. */
  readonly reset = (): void => {
    this.#leave();
    this.#remembered.forget();
    this.#set(idleState);
  };

  #attach(taskId: string): void {
    void this.#follow({ ...idleState, status: "starting", taskId }, async (options) =>
      this.#client.tasks.attach<OutputsOf<Id>>(taskId, options),
    );
  }

  #follow(first: RunState<OutputsOf<Id>>, open: OpenRun<OutputsOf<Id>>): Promise<OutputsOf<Id> | undefined> {
    const current: Followed<OutputsOf<Id>> = {
      opening: new AbortController(),
      run: undefined,
      outcome: Promise.resolve(undefined),
    };
    this.#current = current;
    this.#set(first);
    current.outcome = this.#read(current, open).finally(() => {
      if (this.#current === current) this.#current = undefined;
    });
    return current.outcome;
  }

  async #read(
    current: Followed<OutputsOf<Id>>,
    open: OpenRun<OutputsOf<Id>>,
  ): Promise<OutputsOf<Id> | undefined> {
    const isLeft = () => this.#current !== current;
    const batch: TaskEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let percent: number | undefined;
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      if (!isLeft()) this.#set({ ...applyEvents(this.#state, batch.splice(0)), percent });
    };
    const flushSoon = () => {
      timer ??= setTimeout(flush, gatherMs);
    };
    try {
      const { signal } = current.opening;
      const onProgress: PollingOptions["onProgress"] = (_, told) => {
        percent = told.percent;
        flushSoon();
      };
      const run = await open({ signal, onProgress });
      if (isLeft()) {
        run.leave();
        return undefined;
      }
      current.run = run;
      this.#set({ ...this.#state, taskId: run.id });
      for await (const event of run) {
        batch.push(event);
        flushSoon();
      }
      const { result } = await run.result();
      flush();
      if (isLeft()) return undefined;
      this.#set({ ...this.#state, result });
      return result;
    } catch (error) {
      flush();
      if (!isLeft()) this.#fail(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(error: unknown): void {
    const { taskId, status } = this.#state;
    // The status says that; nothing went wrong.
    if (error instanceof TaskStoppedError) this.#set({ ...this.#state, status: "stopped" });
    else if (taskId === undefined) this.#set({ ...this.#state, status: "idle", error });
    // The server has forgotten the task that was remembered.
    else if (status === "starting" && error instanceof ApiError && error.status === 404) this.reset();
    else this.#set({ ...this.#state, error });
  }

  #leave(): void {
    const current = this.#current;
    this.#current = undefined;
    // In this order: what was known of the run stays, and its end is nobody's.
    void current?.run?.[Symbol.asyncDispose]();
    if (!current?.run) current?.opening.abort(new DOMException("The run was left.", "AbortError"));
  }

  #set(state: RunState<OutputsOf<Id>>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

type OpenRun<Outputs> = (options: Pick<PollingOptions, "signal" | "onProgress">) => Promise<TaskRun<Outputs>>;

interface Followed<Outputs> {
  /** Aborts the creation. */
  opening: AbortController;
  /** `undefined` until the task is known. */
  run: TaskRun<Outputs> | undefined;
  outcome: Promise<Outputs | undefined>;
}
