import type { EventSourceMessage } from "eventsource-parser";
import { TimeoutError } from "../errors/index.ts";
import type { Http } from "../http/http.ts";
import { path } from "../http/path.ts";
import { isFinalStatus } from "../states.ts";
import { type Clock, untilAborted } from "../waiting/delay.ts";
import { type Schema, successAnswerSchema } from "../wire/index.ts";
import { sharedTaskId } from "../wire/shared-stream.ts";
import type { Created, CreationCall } from "./created.ts";
import { eventStreamType, openEventStream, parseEvent, proofMs, type TaskStream } from "./task-stream.ts";
import type { StreamedEvent } from "./task-watch.ts";

/** The events of one task among those that share a stream. */
export interface SharedTaskStream extends TaskStream {
  /** It has ended because the task does not go on there: on a stream of its own it may. */
  isApart(): boolean;
}

interface SharedEventsParts {
  onOpen(): void;
  /** It carries nothing any more, and takes nothing. */
  onClosed(): void;
}

/** One task, from when the stream carries it until nobody follows it here. */
interface Followed {
  /** What was not asked for yet. */
  events: { event: StreamedEvent; size: number }[];
  size: number;
  /** The stream carries it no more. */
  end: { failure?: unknown; isApart?: boolean } | undefined;
  wake(): void;
}

type Arrived = { taskId: string; event: StreamedEvent; size: number } | { apart: string } | { isOpen: true };

/** What a task that nobody asks for may hold, in characters of events; beyond, it goes apart. */
const mostOfTask = 256 * 1024;
/** The same of all tasks together, for the next one of which more comes. */
const mostOfAll = 16 * 1024 * 1024;

/** Tasks that come one soon after the other are told together, after a pause that grows as long as more come. */
const shortestGatherMs = 5;
const longestGatherMs = 500;
const quietMs = 1_000;

/**
 * One stream of the events of many tasks (connect-api 6.10). Tasks join it with their creation, or later by requests for many
 * at once. It closes when it carries nothing. If it breaks, so does the stream of each task, and whoever follows one joins the
 * next stream after the last log that he has.
 */
export class SharedEvents {
  readonly #id = crypto.randomUUID();
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #parts: SharedEventsParts;
  readonly #followed = new Map<string, Followed>();
  /** Tasks of which the stream brings something before their creation is answered. */
  readonly #early = new Map<string, Followed>();
  /** When those were told to the server of which it has said nothing yet. */
  readonly #unproven = new Map<string, number>();
  /** What the server is to be told next: the last log of each task, and those that nobody follows any more. */
  #joining = new Map<string, number>();
  #leaving = new Set<string>();
  #size = 0;
  /** Creations under way, and others who wait for the stream. */
  #users = 0;
  #isTelling = false;
  /** When it was told something last, and how long it was gathered before. */
  #toldMs = Number.NEGATIVE_INFINITY;
  #gatherMs = shortestGatherMs;
  #isOpen = false;
  readonly #closing = new AbortController();
  readonly #opened: Promise<boolean>;
  #settleOpened: (isOpen: boolean) => void = () => undefined;

  constructor(http: Http, clock: Clock, parts: SharedEventsParts) {
    this.#http = http;
    this.#clock = clock;
    this.#parts = parts;
    this.#opened = new Promise((resolve) => (this.#settleOpened = resolve));
    void this.#run();
  }

  /** Whether it has come through. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Creates a task that joins with its creation; nothing if the stream does not come through, and the task is not created. */
  async create(call: CreationCall): Promise<Created | undefined> {
    return this.#using(async () => {
      if (!(await untilAborted(this.#opened, call.signal))) return undefined;
      const headers = { ...call.headers, "connect-events": this.#id };
      const { task } = (await this.#http.call({ ...call, headers })).data;
      const stream = this.#enter(task.id);
      return { task, ...(stream && { stream }) };
    });
  }

  /** The events of a task from a log on; nothing if the stream does not come through, or has that task already. */
  async follow(
    taskId: string,
    afterId: number | undefined,
    signal: AbortSignal,
  ): Promise<SharedTaskStream | undefined> {
    signal.throwIfAborted();
    // Others are no ids of a server that has such streams, which would refuse those that are told together with them.
    if (!sharedTaskId.test(taskId)) return undefined;
    return this.#using(async () => {
      const stream = this.#enter(taskId);
      if (!stream) return undefined;
      this.#joining.set(taskId, afterId ?? -1);
      this.#tellSoon();
      let isOpen = false;
      try {
        isOpen = await untilAborted(this.#opened, signal);
      } finally {
        if (!isOpen) this.#leave(taskId);
      }
      return isOpen ? stream : undefined;
    });
  }

  async #using<Result>(use: () => Promise<Result>): Promise<Result> {
    this.#users += 1;
    try {
      return await use();
    } finally {
      this.#users -= 1;
      this.#forgetEarly();
      this.#closeIfUnused();
    }
  }

  /** Nothing if somebody follows the task here already, or the stream has broken. */
  #enter(taskId: string): SharedTaskStream | undefined {
    if (this.#followed.has(taskId)) return undefined;
    const followed = this.#early.get(taskId) ?? emptyTask();
    if (this.#closing.signal.aborted) followed.end ??= {};
    this.#early.delete(taskId);
    this.#followed.set(taskId, followed);
    if (followed.events.length === 0 && !followed.end) this.#unproven.set(taskId, this.#clock.now());
    // One listener for all that is asked for: a thousand runs wait for each of their events.
    let listened: AbortSignal | undefined;
    const onAbort = () => followed.wake();
    const listenTo = (signal: AbortSignal | undefined) => {
      if (signal === listened) return;
      listened?.removeEventListener("abort", onAbort);
      listened = signal;
      signal?.addEventListener("abort", onAbort, { once: true });
    };
    return {
      next: (signal) => {
        listenTo(signal);
        return this.#next(followed, signal);
      },
      isApart: () => followed.end?.isApart === true,
      cancel: async () => {
        listenTo(undefined);
        if (this.#followed.get(taskId) === followed) this.#leave(taskId);
      },
    };
  }

  async #next(followed: Followed, signal: AbortSignal): Promise<StreamedEvent | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const next = followed.events.shift();
      if (next) {
        followed.size -= next.size;
        this.#size -= next.size;
        return next.event;
      }
      if (followed.end?.failure !== undefined) throw followed.end.failure;
      if (followed.end) return undefined;
      await new Promise<void>((resolve) => {
        followed.wake = resolve;
      });
    }
  }

  /** Nobody follows the task here any more. */
  #leave(taskId: string): void {
    const followed = this.#followed.get(taskId);
    if (!followed) return;
    this.#drop(this.#followed, taskId, followed);
    this.#unproven.delete(taskId);
    if (!followed.end && !this.#joining.delete(taskId)) this.#leaving.add(taskId);
    this.#closeIfUnused();
    this.#tellSoon();
  }

  #drop(tasks: Map<string, Followed>, taskId: string, followed: Followed): void {
    tasks.delete(taskId);
    this.#size -= followed.size;
    followed.size = 0;
    followed.events = [];
  }

  /** With no creation under way, nobody will ask for them. */
  #forgetEarly(): void {
    const most = 2 * this.#users;
    for (const [taskId, followed] of this.#early) {
      if (this.#early.size <= most) return;
      this.#drop(this.#early, taskId, followed);
      if (!followed.end) this.#leaving.add(taskId);
    }
  }

  #closeIfUnused(): void {
    if (this.#users === 0 && this.#followed.size === 0) this.#close();
  }

  /** A reason of its own: the default is an error with a stack trace. */
  #close(): void {
    this.#closing.abort(null);
    this.#settleOpened(false);
    this.#parts.onClosed();
  }

  async #run(): Promise<void> {
    let failure: unknown;
    let release: (() => void) | undefined;
    try {
      release = await this.#http.hold("events");
      if (release) await this.#read();
    } catch (trouble) {
      if (!this.#closing.signal.aborted) failure = trouble;
    }
    release?.();
    for (const followed of [...this.#followed.values()]) endTask(followed, { failure });
    this.#close();
  }

  async #read(): Promise<void> {
    const { signal } = this.#closing;
    const call = { ...this.#call({}), isSingleAttempt: true, proofMs } as const;
    const response = await this.#http.open(call, eventStreamType);
    const onBytes = () => this.#checkProofs();
    const stream = openEventStream(response, this.#clock, { request: requestName, parse, onBytes });
    try {
      for (let next = await stream.next(signal); next; next = await stream.next(signal)) this.#take(next);
    } finally {
      await stream.cancel();
    }
  }

  /** A request about the stream, with all that the server is to be told. */
  #call(others: { leave?: string[] }) {
    const tasks = Object.fromEntries(this.#joining);
    const told = [...this.#joining.keys()];
    this.#joining = new Map();
    return {
      method: "POST",
      path: path`/v1/events/${this.#id}`,
      json: { tasks, ...others },
      schema: successAnswerSchema as Schema<{ success?: boolean | undefined }>,
      isIdempotent: true,
      signal: this.#closing.signal,
      told,
    } as const;
  }

  #take(arrived: Arrived): void {
    if ("isOpen" in arrived) {
      this.#isOpen = true;
      this.#parts.onOpen();
      this.#settleOpened(true);
      this.#prove([...this.#unproven.keys()]);
      this.#tellSoon();
    } else if ("apart" in arrived) {
      const followed = this.#followed.get(arrived.apart) ?? this.#early.get(arrived.apart);
      this.#unproven.delete(arrived.apart);
      if (followed) endTask(followed, { isApart: true });
    } else this.#keep(arrived);
  }

  #keep({ taskId, event, size }: { taskId: string; event: StreamedEvent; size: number }): void {
    const followed = this.#followed.get(taskId) ?? this.#earlyTask(taskId);
    this.#unproven.delete(taskId);
    if (!followed || followed.end) return;
    followed.events.push({ event, size });
    followed.size += size;
    this.#size += size;
    if ("task" in event && isFinalStatus(event.task.status)) followed.end = {};
    // The first is kept however large it is.
    else if (followed.events.length > 1 && (followed.size > mostOfTask || this.#size > mostOfAll)) {
      followed.end = { isApart: true };
      this.#leaving.add(taskId);
      this.#tellSoon();
    }
    followed.wake();
  }

  #earlyTask(taskId: string): Followed | undefined {
    // What is left may still have been under way.
    if (this.#users === 0 || this.#leaving.has(taskId)) return undefined;
    const followed = this.#early.get(taskId) ?? emptyTask();
    this.#early.set(taskId, followed);
    this.#forgetEarly();
    return followed;
  }

  /** From now on the server is to say something of these. */
  #prove(taskIds: readonly string[]): void {
    const nowMs = this.#clock.now();
    // Those that were told last come last.
    for (const taskId of taskIds) if (this.#unproven.delete(taskId)) this.#unproven.set(taskId, nowMs);
  }

  /** A task of which the server says nothing was lost on the way: between its processes, for instance. */
  #checkProofs(): void {
    const nowMs = this.#clock.now();
    for (const [taskId, sinceMs] of this.#unproven) {
      if (nowMs - sinceMs < proofMs) return;
      this.#unproven.delete(taskId);
      const followed = this.#followed.get(taskId);
      const failure = new TimeoutError({ awaited: `an event of task ${taskId}`, timeoutMs: proofMs });
      if (followed) endTask(followed, { failure });
      this.#leaving.add(taskId);
    }
  }

  #tellSoon(): void {
    if (!this.#isOpen || this.#isTelling || !this.#hasNews()) return;
    this.#isTelling = true;
    void this.#tell().finally(() => (this.#isTelling = false));
  }

  #hasNews(): boolean {
    return this.#joining.size + this.#leaving.size > 0;
  }

  async #tell(): Promise<void> {
    while (this.#hasNews()) {
      const wasQuiet = this.#clock.now() - this.#toldMs > quietMs;
      this.#gatherMs = wasQuiet ? shortestGatherMs : Math.min(longestGatherMs, this.#gatherMs * 2);
      try {
        await this.#clock.delay(this.#gatherMs, this.#closing.signal);
      } catch {
        return; // it is closed
      }
      this.#toldMs = this.#clock.now();
      const leave = [...this.#leaving];
      this.#leaving = new Set();
      const { told, ...call } = this.#call({ leave });
      try {
        await this.#http.call(call);
        this.#prove(told);
      } catch (failure) {
        for (const taskId of told) {
          const followed = this.#followed.get(taskId);
          if (followed) endTask(followed, { failure });
        }
      }
    }
  }
}

const requestName = "POST /v1/events";

function emptyTask(): Followed {
  return { events: [], size: 0, end: undefined, wake: () => undefined };
}

function endTask(followed: Followed, end: NonNullable<Followed["end"]>): void {
  followed.end ??= end;
  followed.wake();
}

/** Events with other names, or other content, belong to a newer server. */
function parse(message: EventSourceMessage): Arrived | undefined {
  if (message.event === "open") return { isOpen: true };
  const [taskId = ""] = message.id?.split("/") ?? [];
  if (message.event === "apart") return { apart: taskId };
  const event = parseEvent(message);
  return event && { taskId, event, size: message.data.length };
}
