import { mostSharedTasks } from "@oomol/connect-core/wire";
import { type FollowedStore, type ReadNews, TaskFollower, ToldRoom } from "../store/task-follower.ts";
import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import { logAnswer, taskAnswer } from "./answers.ts";
import { type Caller, ownerSeenBy } from "./callers.ts";
import type { EventWriter } from "./event-writer.ts";
import type { ExplainPending } from "./explain-pending.ts";

/** What was told of all tasks and not sent yet, and their inputs, in characters. */
const roomCharacters = 8 * 1024 * 1024;

/** A task with larger inputs, or a larger log, would hold up the others. In characters. */
const largestText = 256 * 1024;

/** From as many tasks a page each is read at once, and sent before the next. */
const readTogether = 16;

export interface SharedStreamParts {
  store: FollowedStore;
  caller: Caller;
  explain: ExplainPending;
}

export interface JoinOptions {
  /** The last log that the client has. */
  afterId?: number;
  /** The task, if it was created just now and nobody can have taken it yet. */
  created?: StoredTask | undefined;
}

interface Followed {
  follower: TaskFollower;
  /** Of its inputs, once it has been read. */
  heldCharacters: number | undefined;
  status?: StoredTask["status"];
  reason?: string | undefined;
}

/**
 * The tasks that one stream carries, and the news of them. Tasks with news take turns, a page each, so that one that floods
 * holds up nobody; what a client does not take stays in the store.
 */
export class SharedStream {
  readonly #parts: SharedStreamParts;
  readonly #followed = new Map<string, Followed>();
  /** Those with news, in the order in which it came. */
  readonly #news = new Set<string>();
  /** Those that do not go on here, and why. */
  readonly #parting = new Map<string, { status: number; message: string }>();
  readonly #room = new ToldRoom(roomCharacters);
  #wake = () => {};

  constructor(parts: SharedStreamParts) {
    this.#parts = parts;
  }

  /** Carries a task from now on; one that it carries already goes on as it is. */
  join(taskId: string, { afterId = -1, created }: JoinOptions = {}): void {
    if (this.#followed.has(taskId)) return;
    if (this.#followed.size >= mostSharedTasks) {
      this.#refuse(taskId);
      return;
    }
    const onNews = () => {
      this.#news.add(taskId);
      this.#wake();
    };
    const options = { afterId, created, room: this.#room, onNews };
    const follower = new TaskFollower(this.#parts.store, taskId, options);
    this.#followed.set(taskId, { follower, heldCharacters: undefined });
    onNews();
  }

  leave(taskId: string): void {
    const followed = this.#followed.get(taskId);
    this.#followed.delete(taskId);
    this.#news.delete(taskId);
    followed?.follower.close();
    this.#room.giveBack(followed?.heldCharacters ?? 0);
  }

  /** Lets whoever sends look again, whether the stream is over for instance. */
  wake(): void {
    this.#wake();
  }

  close(): void {
    for (const taskId of [...this.#followed.keys()]) this.leave(taskId);
  }

  /** Sends what is new, as the client takes it, until the stream is over. */
  async send(events: EventWriter, isOver: () => boolean): Promise<void> {
    // Proves that the stream comes through, before there is anything to say.
    await events.add("open", ["{}"]);
    while (!isOver()) {
      // Armed before the read: a change in between is not missed.
      const changed = new Promise<void>((resolve) => (this.#wake = resolve));
      await this.#sendNext(events);
      if (this.#news.size > 0) continue;
      await events.flush();
      await changed;
    }
    events.end();
  }

  async #sendNext(events: EventWriter): Promise<void> {
    for (const [taskId, why] of this.#parting) await events.add("apart", [JSON.stringify(why)], `${taskId}/`);
    this.#parting.clear();
    const next = [...this.#news].slice(0, readTogether);
    for (const taskId of next) this.#news.delete(taskId);
    const read = await Promise.all(
      next.map(async (taskId) => {
        const followed = this.#followed.get(taskId);
        return { taskId, followed, news: await followed?.follower.read() };
      }),
    );
    for (const { taskId, followed, news } of read) {
      // It may have left meanwhile.
      if (followed && this.#followed.get(taskId) === followed)
        await this.#sendNews(events, taskId, followed, news);
    }
  }

  async #sendNews(
    events: EventWriter,
    taskId: string,
    followed: Followed,
    news: ReadNews | undefined,
  ): Promise<void> {
    const why = this.#whyApart(taskId, followed, news);
    if (why || !news) {
      this.leave(taskId);
      return events.add("apart", [JSON.stringify(why)], `${taskId}/`);
    }
    const { task, logs, isAll } = news;
    const isFinal = isFinalStatus(task.status);
    const reason = isFinal ? undefined : await this.#parts.explain(task);
    if (!isFinal && (task.status !== followed.status || reason !== followed.reason))
      await events.add("status", taskAnswer(task, reason), `${taskId}/`);
    followed.status = task.status;
    followed.reason = reason;
    for (const log of logs) await events.add("log", logAnswer(log, task), `${taskId}/${log.id}`);
    // Behind those who have news by now.
    if (!isAll) this.#news.add(taskId);
    if (!isFinal || !isAll) return;
    await events.add("status", taskAnswer(task), `${taskId}/`);
    this.leave(taskId);
  }

  /** One of another caller is as little there as one that nobody made. */
  #whyApart(taskId: string, followed: Followed, news: ReadNews | undefined) {
    const owner = ownerSeenBy(this.#parts.caller);
    if (!news || (owner !== undefined && news.task.caller !== owner))
      return { status: 404, message: `There is no task "${taskId}".` };
    const sizes = news.logs.map(({ event }) => event.length);
    const { length } = news.task.inputValues;
    const isLarge = Math.max(length, ...sizes) > largestText;
    if (isLarge) return { status: 413, message: "It would hold up the others." };
    if (followed.heldCharacters !== undefined) return undefined;
    followed.heldCharacters = length;
    const hasRoom = this.#room.take(length);
    return hasRoom ? undefined : { status: 429, message: "The stream has no room for its inputs." };
  }

  #refuse(taskId: string): void {
    // A client that sends on and reads nothing hears of no more than that.
    if (this.#parting.size >= mostSharedTasks) return;
    this.#parting.set(taskId, {
      status: 429,
      message: `The stream carries ${mostSharedTasks} tasks already.`,
    });
    this.#wake();
  }
}
