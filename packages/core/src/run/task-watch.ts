import { ApiError, TimeoutError } from "../errors/index.ts";
import { shortestHoldMs } from "../http/call-held.ts";
import { mostSpoiled } from "../http/ways-to-wait.ts";
import { isFinalStatus, unknownStatus } from "../states.ts";
import type { Task, TaskLog, TaskStatus } from "../types.ts";
import type { Clock } from "../waiting/delay.ts";
import type { PollingOptions, ResolvedPollingOptions } from "../waiting/polling-options.ts";
import { type Look, waitUntilDone } from "../waiting/wait.ts";
import { eventsOfLog, ownProgressOf, type TaskEvent } from "./task-events.ts";

/** The requests that a watch of one task needs; `task-endpoints.ts` provides them. */
export interface TaskEndpoints {
  /** Whether the server holds answers, or streams events; known after its first answer. */
  holdsAnswers(): boolean;
  streamsEvents(): boolean;
  get(options: { signal: AbortSignal; holdMs: number }): Promise<Omit<Look<Task>, "isDone">>;
  /** The next logs after an id, or all of them; a server may return earlier ones too. */
  getLogs(options: {
    signal: AbortSignal;
    afterId: number | undefined;
  }): Promise<{ logs: TaskLog[]; isAll: boolean }>;
  /** Nothing if no connection can be spared. */
  events(options: {
    signal: AbortSignal;
    afterId: number | undefined;
  }): Promise<AsyncIterable<StreamedEvent> | undefined>;
  isTransient(failure: unknown): boolean;
  warn(message: string): void;
  /** Streams do not come through, for this reason. */
  avoidStreams(reason: unknown): void;
}

export type StreamedEvent = { task: Task } | { log: TaskLog };

export interface WatchOptions {
  polling: ResolvedPollingOptions;
  onProgress?: PollingOptions["onProgress"];
  onLog?: PollingOptions["onLog"];
  /** The end of the wait, on the clock's own scale. */
  deadlineMs: number;
  /** Ends every loop of the watch. */
  signal?: AbortSignal | undefined;
  /** Called once if `signal` is aborted before the task is known to have ended, even without a reader. */
  onAbort: (() => void) | undefined;
  clock: Clock;
  random: () => number;
}

/** A stream that breaks sooner, or is silent, is spoiled: by a gateway that cuts it, refuses it or holds it back. */
const steadyMs = 10_000;

/** Failed log fetches before a failed task is reported without logs. */
const mostLogFailures = 5;

/**
 * One loop over one task for any number of readers: it runs while there is a reader, keeps everything for those who come
 * later, and continues from there after it had stopped.
 */
export class TaskWatch {
  readonly taskId: string;
  /** Everything seen so far, in order. */
  readonly events: TaskEvent[] = [];
  readonly logs: TaskLog[] = [];
  /** The task as last seen. */
  task: Task | undefined;
  /** Why the logs of an ended task are incomplete. */
  logsFailure: unknown;
  readonly #endpoints: TaskEndpoints;
  readonly #options: WatchOptions;
  readonly #logIds = new Set<number>();
  readonly #readers = new Map<
    object,
    { wantsLogs: boolean; wake: (failure?: { reason: unknown }) => void }
  >();
  #loop: AbortController | undefined;
  #unlink: () => void = () => undefined;
  #logFailures = 0;
  /** In a row. */
  #spoiledStreams = 0;
  /** The loop has come to the task's end. */
  #hasEnded = false;
  /** The last status among the events: a final one once every log is among them. */
  #toldStatus: TaskStatus | undefined;
  #toldReason: string | undefined;
  /** The progress of the block that the task runs, 0…100. */
  #percent: number | undefined;

  constructor(taskId: string, endpoints: TaskEndpoints, options: WatchOptions) {
    this.taskId = taskId;
    this.#endpoints = endpoints;
    this.#options = options;
    const { signal, onAbort } = options;
    if (signal?.aborted) onAbort?.();
    else if (onAbort) signal?.addEventListener("abort", onAbort, { once: true });
  }

  /** The task has ended, and everything that such a reader wants has been seen. */
  isDone(wantsLogs: boolean): boolean {
    const hasAllLogs = this.#toldStatus !== undefined && isFinalStatus(this.#toldStatus);
    return this.#hasEnded && (hasAllLogs || !wantsLogs);
  }

  /**
   * Adds a reader and starts the loop for the first one. `wake` is called after each change, and with the failure if a
   * failure ends the loop. Returns a function that removes the reader; the last one to leave stops the loop.
   */
  join(wantsLogs: boolean, wake: (failure?: { reason: unknown }) => void): () => void {
    const key = {};
    this.#readers.set(key, { wantsLogs, wake });
    if (!this.#loop && !this.isDone(wantsLogs)) this.#start();
    return () => {
      this.#readers.delete(key);
      if (this.#readers.size === 0 && this.#loop)
        this.#loop.abort(new DOMException("Nobody reads this task any more.", "AbortError"));
    };
  }

  /** Notes the task of an answer, also of a creation or a stop. The final status is told after every log. */
  noteTask(task: Task): void {
    this.task = task;
    if (isFinalStatus(task.status)) this.#forgetAbort();
    else if (!this.#hasEnded) this.#tell(task);
  }

  /** Notes what the creation answered; a creation that was held until the task ended well leaves nothing to poll for. */
  noteCreated(task: Task, isSpoiled = false): void {
    if (isSpoiled) this.#spoiledStreams += 1;
    this.noteTask(task);
    // The reason of a failure is in the logs.
    this.#hasEnded = isFinalStatus(task.status) && task.status !== "failed";
  }

  #tell(task: Task): void {
    const { status, pending_reason: reason } = task;
    const isNew = this.#toldStatus !== status;
    if (!isNew && this.#toldReason === reason) return;
    this.#toldStatus = status;
    this.#toldReason = reason;
    const message = isFinalStatus(status) ? undefined : unknownStatus(`Task ${task.id}`, status);
    if (message && isNew) {
      this.#endpoints.warn(message);
      this.events.push({ type: "warning", message });
    }
    const progress = this.#percent === undefined ? {} : { progress: this.#percent };
    this.events.push({ type: "status", status, ...progress, task });
    this.#wakeAll();
  }

  /** Ends the loop and every reader with this reason, and removes all listeners from the signal. */
  close(reason: () => unknown): void {
    this.#forgetAbort();
    this.#loop?.abort(reason());
  }

  #forgetAbort(): void {
    const { signal, onAbort } = this.#options;
    if (onAbort) signal?.removeEventListener("abort", onAbort);
  }

  #start(): void {
    const loop = new AbortController();
    this.#loop = loop;
    const { signal } = this.#options;
    const onAbort = () => loop.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    this.#lookUntilDone(loop.signal).then(
      () => {
        this.#hasEnded = true;
        this.#ended(loop);
      },
      (reason) => this.#ended(loop, { reason }),
    );
    // Readers learn of an abort in the same tick, whatever the loop is doing.
    loop.signal.addEventListener("abort", () => this.#ended(loop, { reason: loop.signal.reason }), {
      once: true,
    });
    if (loop.signal.aborted) this.#ended(loop, { reason: loop.signal.reason });
    this.#unlink = () => signal?.removeEventListener("abort", onAbort);
  }

  #ended(loop: AbortController, failure?: { reason: unknown }): void {
    if (this.#loop !== loop) return;
    this.#loop = undefined;
    this.#unlink();
    // A reader that wants logs may have come after the last poll went without them.
    if (!failure && !this.isDone(this.#wantsLogs)) this.#start();
    this.#wakeAll(failure);
  }

  #lookUntilDone(signal: AbortSignal): Promise<Task> {
    return waitUntilDone({
      awaited: `task ${this.taskId} to end`,
      look: (lookSignal, leftMs) =>
        this.#mayStream() ? this.#stream(lookSignal, leftMs) : this.#poll(lookSignal, leftMs),
      isTransient: (failure) => this.#endpoints.isTransient(failure),
      polling: this.#options.polling,
      deadlineMs: this.#options.deadlineMs,
      signal,
      clock: this.#options.clock,
      random: this.#options.random,
    });
  }

  get #wantsLogs(): boolean {
    const { onLog, onProgress } = this.#options;
    // The percentage of a progress is in the logs.
    const isTold = onLog !== undefined || onProgress !== undefined;
    return isTold || [...this.#readers.values()].some((reader) => reader.wantsLogs);
  }

  get #lastLogId(): number | undefined {
    return this.logs.at(-1)?.id;
  }

  #mayStream(): boolean {
    const { polling } = this.#options;
    if (polling.schedule !== undefined || this.#spoiledStreams >= mostSpoiled) return false;
    return this.#wantsLogs && this.#endpoints.streamsEvents();
  }

  async #poll(signal: AbortSignal, leftMs: number): Promise<Look<Task>> {
    const mayHold =
      this.#options.polling.schedule === undefined && !this.#wantsLogs && this.#endpoints.holdsAnswers();
    // The first poll is for the caller, who wants to see the state at once.
    const holdMs = mayHold && this.task ? leftMs : 0;
    const look = await this.#endpoints.get({ signal, holdMs });
    const isDone = isFinalStatus(look.state.status);
    this.noteTask(look.state);
    // A wait for success alone needs no logs; a failure needs them for its reason.
    if (this.#wantsLogs || look.state.status === "failed") {
      await this.#fetchLogs(look.state, isDone, signal);
      if (isDone) this.#tell(look.state);
    }
    await this.#report(look.state, signal);
    return { ...look, isDone };
  }

  async #fetchLogs(task: Task, isDone: boolean, signal: AbortSignal): Promise<void> {
    let page: { logs: TaskLog[]; isAll: boolean };
    try {
      page = await this.#endpoints.getLogs({ signal, afterId: this.#lastLogId });
      this.#logFailures = 0;
    } catch (failure) {
      signal.throwIfAborted();
      this.#logFailures += 1;
      if (!isDone) return;
      // The result is in the logs: the wait for it goes on, within its own limits.
      const isWorthWaiting = task.status === "completed" || this.#logFailures < mostLogFailures;
      if (this.#endpoints.isTransient(failure) && isWorthWaiting) throw failure;
      this.logsFailure = failure;
      this.#endpoints.warn(`The logs of task ${task.id} could not be fetched: ${String(failure)}`);
      return;
    }
    for (const log of page.logs) await this.#noteLog(log, signal);
    if (!page.isAll) await this.#fetchLogs(task, isDone, signal);
  }

  /** Follows the stream of events; polls if it says nothing, so that a spoiled one costs no time. */
  async #stream(signal: AbortSignal, leftMs: number): Promise<Look<Task>> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    let hasGiven = false;
    let trouble: unknown = "they end before the task does.";
    try {
      const events = await this.#endpoints.events({ signal, afterId: this.#lastLogId });
      if (!events) return await this.#poll(signal, leftMs);
      for await (const event of events) {
        hasGiven = true;
        const ended = await this.#noteEvent(event, signal);
        if (ended) return { state: ended, isDone: true, wasHeld: true, retryAfterMs: undefined };
      }
    } catch (failure) {
      signal.throwIfAborted();
      trouble = failure;
    }
    const livedMs = clock.now() - startedMs;
    const isSpoiled = !hasGiven || livedMs < steadyMs || trouble instanceof TimeoutError;
    const isLast = isSpoiled && this.#spoiledStreams + 1 >= mostSpoiled;
    const state = this.task ?? { id: this.taskId, status: "created" };
    const reopened = { state, isDone: false, wasHeld: livedMs >= shortestHoldMs, retryAfterMs: undefined };
    // If not even a poll succeeds, it is not the stream's fault.
    const look = hasGiven && !isLast ? reopened : await this.#poll(signal, leftMs);
    this.#spoiledStreams = isSpoiled ? this.#spoiledStreams + 1 : 0;
    if (isLast) this.#endpoints.avoidStreams(trouble);
    return look;
  }

  /** The task if it has ended. */
  async #noteEvent(event: StreamedEvent, signal: AbortSignal): Promise<Task | undefined> {
    if ("log" in event) {
      await this.#noteLog(event.log, signal);
      if (this.task && ownProgressOf(event.log) !== undefined) await this.#report(this.task, signal);
      return undefined;
    }
    const isDone = isFinalStatus(event.task.status);
    this.noteTask(event.task);
    if (isDone) this.#tell(event.task);
    await this.#report(event.task, signal);
    return isDone ? event.task : undefined;
  }

  async #noteLog(log: TaskLog, signal: AbortSignal): Promise<void> {
    if (this.#logIds.has(log.id)) return;
    // A later wait reports this log.
    signal.throwIfAborted();
    this.#logIds.add(log.id);
    this.logs.push(log);
    this.events.push(...eventsOfLog(log));
    this.#percent = ownProgressOf(log) ?? this.#percent;
    this.#wakeAll();
    await this.#callBack(() => this.#options.onLog?.(log), signal);
  }

  #report(task: Task, signal: AbortSignal): Promise<void> {
    return this.#callBack(() => this.#options.onProgress?.(task, { percent: this.#percent }), signal);
  }

  /**
   * Calls the caller's own function, unless the wait is over. If it throws, the wait ends with that error, even if the loop
   * would forgive it.
   */
  async #callBack(callback: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const loop = this.#loop;
    try {
      await callback();
    } catch (reason) {
      loop?.abort(reason);
      throw reason;
    }
  }

  #wakeAll(failure?: { reason: unknown }): void {
    for (const reader of [...this.#readers.values()]) reader.wake(failure);
  }
}

/** A gateway that blocks streams answers with an error of its own. */
export function isRefusedStream(failure: unknown): boolean {
  return failure instanceof ApiError && [403, 405, 406, 415, 501].includes(failure.status);
}
