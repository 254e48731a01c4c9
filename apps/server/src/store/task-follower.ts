import { firstLogId, type LogPage } from "./log-table.ts";
import type { TaskChanges, TaskNews } from "./task-changes.ts";
import type { StoredLog, StoredTask } from "./task-rows.ts";

/** Where a follower reads what it was not told. */
export interface FollowedStore {
  readonly changes: TaskChanges;
  get(id: string): Promise<StoredTask | undefined>;
  readLogs(taskId: string, after: number): Promise<LogPage>;
}

/** What is new about a task. */
export interface ReadNews extends TaskNews {
  /** There is nothing more to read now. */
  isAll: boolean;
}

export interface FollowOptions {
  /** The last log that is known already. */
  afterId?: number;
  /** The task, if it was created just now and nobody has taken it yet. */
  created?: StoredTask | undefined;
  /** What several followers hold together. */
  room?: ToldRoom | undefined;
  /** Called whenever there may be something to read. */
  onNews(): void;
}

/** So many characters for what several followers were told, all together; who finds no room lets go of what it holds. */
export class ToldRoom {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** False if that is more than there is room for; it is to be given back nevertheless. */
  take(characters: number): boolean {
    this.#left -= characters;
    return this.#left >= 0;
  }

  giveBack(characters: number): void {
    this.#left += characters;
  }
}

/** What is told and not read yet is let go of beyond so many characters: the store has it. */
const mostTold = 256 * 1024;

/**
 * One reader of a task. What the writer of the same process has just stored is handed on; only the rest is read from the
 * database.
 */
export class TaskFollower {
  readonly #store: FollowedStore;
  readonly #taskId: string;
  readonly #room: ToldRoom;
  readonly #stopListening: () => void;
  /** The last log that was read; -1 before the first. */
  #lastLogId: number;
  #task: StoredTask | undefined;
  #told: StoredLog[] = [];
  #toldCharacters = 0;
  /** What was told may not be all. */
  #mustRead: boolean;
  /** Something was told while the store was read. */
  #isStale = false;

  constructor(store: FollowedStore, taskId: string, { afterId = -1, created, room, onNews }: FollowOptions) {
    this.#store = store;
    this.#taskId = taskId;
    this.#lastLogId = afterId;
    this.#task = created;
    this.#room = room ?? new ToldRoom(mostTold);
    this.#mustRead = created === undefined;
    this.#stopListening = store.changes.listen(taskId, (news) => {
      this.#hear(news);
      onNews();
    });
  }

  /** The task as it is, and the next logs that were not read before; nothing if the task is gone. */
  async read(): Promise<ReadNews | undefined> {
    const { logs, isLast } = this.#mustRead ? await this.#readStore() : this.#takeTold();
    this.#lastLogId = logs.at(-1)?.id ?? this.#lastLogId;
    return this.#task && { task: this.#task, logs, isAll: isLast };
  }

  close(): void {
    this.#stopListening();
    this.#takeTold();
  }

  async #readStore(): Promise<LogPage> {
    this.#isStale = false;
    // The task first: logs that are read after a final status are all there are.
    this.#task = await this.#store.get(this.#taskId);
    if (!this.#task) return { logs: [], isLast: true };
    const page = await this.#store.readLogs(this.#taskId, this.#lastLogId);
    this.#mustRead = this.#isStale || !page.isLast;
    return page;
  }

  #takeTold(): LogPage {
    const logs = this.#told;
    this.#told = [];
    this.#room.giveBack(this.#toldCharacters);
    this.#toldCharacters = 0;
    return { logs, isLast: true };
  }

  #hear(news: TaskNews | undefined): void {
    if (this.#mustRead) this.#isStale = true;
    else if (news === undefined) this.#mustRead = true;
    else this.#keep(news);
    if (this.#mustRead) this.#takeTold();
  }

  #keep({ task, logs }: TaskNews): void {
    this.#task = task;
    for (const log of logs) {
      const expectedId = Math.max(this.#lastLogId + 1, firstLogId) + this.#told.length;
      if (log.id < expectedId) continue; // read before
      this.#told.push(log);
      const { length } = log.event;
      this.#toldCharacters += length;
      const hasRoom = this.#room.take(length) && this.#toldCharacters <= mostTold;
      if (log.id > expectedId || !hasRoom) this.#mustRead = true;
    }
  }
}
