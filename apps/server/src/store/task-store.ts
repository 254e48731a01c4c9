import { formatTraceContext } from "@oomol/connect-shared/trace-context";
import { type Kysely, sql } from "kysely";
import { type ComingRow, insertWithTexts, isSmallRow, removeTexts } from "./large-texts.ts";
import { type LogPage, type LogRow, type LogTable, pageBytes } from "./log-table.ts";
import { createPackedLogs } from "./packed-logs.ts";
import { type Retry, retryConnection } from "./retry-connection.ts";
import { removeRows, rowLogs } from "./row-logs.ts";
import { shareTurns, type Transact } from "./share-turns.ts";
import { toShown } from "./shown-tasks.ts";
import { ComingText, wholeText } from "./stored-text.ts";
import type { StoredStatus, Tables } from "./tables.ts";
import { TaskChanges } from "./task-changes.ts";
import type { TaskFilter } from "./task-filter.ts";
import { readTaskPages, type TaskPage } from "./task-page.ts";
import { literalsOf, taskQueries } from "./task-queries.ts";
import {
  type ClaimedRow,
  type ClaimedTask,
  type EndedTask,
  finalStatuses,
  type IdempotentRequest,
  type NewTask,
  openStatuses,
  type StoredLog,
  type StoredTask,
  storedKey,
  type TaskRow,
  toTask,
} from "./task-rows.ts";
import { type HeldRow, type QueuedTask, TaskWriter, type WriteBatch } from "./task-writer.ts";
import { areUntaken, takeUploads } from "./upload-store.ts";
import { insertWebhook, webhookRow } from "./webhook-rows.ts";
import { isStorageFailure } from "./write-health.ts";

/** A task that has not ended. */
export interface UnfinishedTask {
  id: string;
  caller: string;
  /** Somebody took it and has not given it back: its block may have run, though nobody had time to store that it did. */
  wasTaken: boolean;
}

export interface TaskStoreOptions {
  /** Where changes are told; heard in this process alone by default. */
  changes?: TaskChanges;
  /** What puts a task into a queue that lives in the same database, and takes it out. */
  queue?: TransactionalQueue;
  /** How many tasks `list` answers; all by default. */
  listLimit?: number;
  /** How many processes a task may take down with it before it is failed for that; 2 by default. */
  crashLimit?: number;
  /** What the blocks of a task may say, in characters, before the rest is dropped; 256 Mi by default. */
  taskLogBytes?: number;
  /** How long what is asked of the store is tried again while the database cannot be reached; 30,000 by default. */
  patienceMs?: number | undefined;
}

/** A queue in the same database, which other processes share. */
export interface TransactionalQueue {
  /** Called before the task is created. */
  prepare(task: NewTask): Promise<void>;
  /** Stores a task and puts it into the queue, both or neither; false as {@link TaskStore.create} answers `undefined`. */
  create(row: TaskRow, task: NewTask): Promise<boolean>;
  /** Claims at most `count` tasks of the named queue: the ids that were in it, and the rows of those that can run. */
  claim(queue: string, count: number): Promise<{ ids: string[]; rows: ClaimedRow[] }>;
  /** The tasks of the named queue that this process has claimed without knowing it, at most `count`; it knows of `known`. */
  findClaimed(queue: string, known: readonly string[], count: number): Promise<ClaimedRow[]>;
  /** Writes about claimed tasks, and answers which claims hold. */
  write(batch: WriteBatch): Promise<HeldRow[]>;
  /** Some may not be in it any more. */
  remove(database: Kysely<Tables>, tasks: readonly QueuedTask[]): Promise<void>;
}

/**
 * Tasks and their logs in a database. Whatever a reader was shown is stored, and a status is written after the logs that
 * came before it. Who writes about a task has claimed it first, see {@link TaskWriter}.
 */
export class TaskStore {
  readonly changes: TaskChanges;
  /** Claims tasks, and writes what happens to those that this process has claimed. */
  readonly writer: TaskWriter;
  readonly #database: Kysely<Tables>;
  readonly #transact: Transact;
  readonly #queries: ReturnType<typeof taskQueries>;
  readonly #logs: LogTable;
  readonly #queue: TransactionalQueue | undefined;
  readonly #listLimit: number | undefined;
  readonly #retry: Retry;

  constructor(
    database: Kysely<Tables>,
    {
      changes,
      queue,
      listLimit,
      crashLimit = 2,
      taskLogBytes = 256 * 2 ** 20,
      patienceMs,
    }: TaskStoreOptions = {},
  ) {
    this.changes = changes ?? new TaskChanges();
    this.#database = database;
    this.#queries = taskQueries(database);
    this.#queue = queue;
    this.#listLimit = listLimit;
    this.#retry = (run) => retryConnection(run, patienceMs);
    this.#logs = queue === undefined ? createPackedLogs(database) : rowLogs;
    this.#transact = shareTurns(database);
    this.writer = new TaskWriter({
      database,
      transact: this.#transact,
      logs: this.#logs,
      logLimitBytes: taskLogBytes,
      changes: this.changes,
      isShared: queue !== undefined,
      crashLimit,
      retry: this.#retry,
      onEnded: async (executor, tasks) => queue?.remove(executor, tasks),
      writeAtOnce: queue && ((batch) => queue.write(batch)),
    });
  }

  /**
   * Stores a task, in the queue too if that is in the database. Answers `undefined` if the idempotency key is taken, or an upload
   * that it wants.
   */
  async create(task: NewTask): Promise<StoredTask | undefined> {
    const now = Date.now();
    const values = {
      id: task.id,
      status: "pending" as const,
      block_id: task.blockId,
      package_version: task.packageVersion,
      session_id: null,
      input_values: textOf(task.inputValues),
      inputs: textOf(task.inputs),
      idempotency_key: task.idempotency ? storedKey(task.idempotency) : null,
      fingerprint: task.idempotency?.fingerprint ?? null,
      caller: task.caller ?? "",
      stop_requested_at: null,
      trace: task.trace ? formatTraceContext(task.trace) : null,
      created_at: now,
      updated_at: now,
    };
    // A small one may still find room if what others have logged does not.
    if (this.writer.health.failure && this.writer.hasPending) throw this.writer.health.failure;
    await this.#retry(async () => this.#queue?.prepare(task));
    // In PostgreSQL a large column is written at once.
    const whole = this.#queue && (await gather(values));
    const store = async () => {
      const isNew = await (whole ? this.#queue?.create(whole, task) : this.#insert(values, task));
      return isNew || (await this.#isStored(task.id));
    };
    const isThere = await this.writer.health.watch(() => this.#retry(store));
    if (!isThere) return undefined;
    // Whoever is told may take long: what is stored need not wait for that in memory.
    const { input_values: text } = whole ?? values;
    return typeof text === "string" && text.length <= pageBytes ? toTask(values, text) : this.get(task.id);
  }

  async #insert(values: ComingRow, { webhook, uploads = [], onStoring }: NewTask): Promise<boolean> {
    const insert = (row: TaskRow) => {
      const storing = this.#transact(async (transaction) => {
        // Before anything is written: others share the transaction.
        if (uploads.length > 0 && !(await areUntaken(transaction, uploads))) return false;
        const { numAffectedRows } = await transaction.executeQuery(this.#queries.insert(row));
        const isNew = numAffectedRows === 1n;
        if (isNew && webhook) await insertWebhook(transaction, webhookRow(row.id, row.caller ?? "", webhook));
        if (isNew && uploads.length > 0) await takeUploads(transaction, row.id, uploads);
        return isNew;
      });
      onStoring?.();
      return storing;
    };
    return isSmallRow(values) ? insert(values) : insertWithTexts(this.#database, values, insert);
  }

  /** After a conflict: true if the task itself is there, from an attempt whose answer was lost. */
  async #isStored(id: string): Promise<boolean> {
    const select = this.#database.selectFrom("tasks").select("id").where("id", "=", id);
    return (await select.executeTakeFirst()) !== undefined;
  }

  /** The task that was created under an idempotency key. */
  async findByKey(
    wanted: IdempotentRequest,
  ): Promise<{ task: StoredTask; idempotency: IdempotentRequest } | undefined> {
    const query = this.#queries.byKey(storedKey(wanted));
    const [row] = (await this.#retry(() => this.#database.executeQuery(query))).rows;
    if (row === undefined) return undefined;
    const task = await toShown(this.#database, row);
    return { task, idempotency: { ...wanted, fingerprint: row.fingerprint ?? "" } };
  }

  async get(id: string): Promise<StoredTask | undefined> {
    const { rows } = await this.#retry(() => this.#database.executeQuery(this.#queries.byId(id)));
    return rows[0] && toShown(this.#database, rows[0]);
  }

  /** Newest first, some at a time: as fast as they are asked for. */
  pages(filter: TaskFilter = {}): AsyncGenerator<TaskPage, void> {
    return readTaskPages(this.#database, filter, this.#retry);
  }

  /** How many tasks a list without an end holds; all where there is no limit. */
  get listLimit(): number {
    return this.#listLimit ?? Number.POSITIVE_INFINITY;
  }

  /** All of them: for those who know that there are few. */
  async list(filter: TaskFilter = {}): Promise<StoredTask[]> {
    const tasks: StoredTask[] = [];
    for await (const page of this.pages(filter)) tasks.push(...page.tasks);
    return tasks;
  }

  /** Every task that has not ended, in the order of acceptance. */
  async listUnfinished(): Promise<UnfinishedTask[]> {
    const rows = await this.#database
      .selectFrom("tasks")
      .select(["id", "caller", "status", "interruptions"])
      .where("status", "in", literalsOf(openStatuses))
      .orderBy("sequence")
      .execute();
    return rows.map(({ id, caller, status, interruptions }) => ({
      id,
      caller,
      wasTaken: status === "running" || interruptions > 0,
    }));
  }

  /** The last session of every task that has one. */
  async listSessions(): Promise<{ sessionId: string; status: StoredStatus }[]> {
    return this.#database
      .selectFrom("tasks")
      .select(["session_id as sessionId", "status"])
      .where("session_id", "is not", null)
      .$narrowType<{ sessionId: string }>()
      .execute();
  }

  /** How many tasks there are in each state; only in those that are not final if `isOpenOnly`, which costs little. */
  async countByStatus(isOpenOnly = false): Promise<Map<StoredStatus, number>> {
    const select = this.#database
      .selectFrom("tasks")
      .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
      .groupBy("status");
    const rows = await (isOpenOnly
      ? select.where("status", "in", literalsOf(openStatuses))
      : select
    ).execute();
    return new Map(rows.map(({ status, count }) => [status, Number(count)]));
  }

  /** Rejects if the database does not answer, or takes nothing because the disk is full. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#database);
    await this.writer.tryDisk();
  }

  /** Every task that has ended, newest first. */
  async listEnded(): Promise<EndedTask[]> {
    const sizes = await this.#logs.sizes(this.#database);
    const rows = await this.#database
      .selectFrom("tasks")
      .select(["id", "session_id", "updated_at"])
      .where("status", "in", finalStatuses)
      .orderBy("updated_at", "desc")
      .execute();
    return rows.map(({ id, session_id, updated_at }) => ({
      id,
      sessionId: session_id,
      updatedAt: updated_at,
      logBytes: sizes.get(id) ?? 0,
    }));
  }

  /** Some of the tasks that ended before a time, oldest first. */
  async listEndedBefore(epochMs: number, count: number): Promise<Pick<EndedTask, "id" | "sessionId">[]> {
    const rows = await this.#database
      .selectFrom("tasks")
      .select(["id", "session_id"])
      .where("status", "in", finalStatuses)
      .where("updated_at", "<", epochMs)
      .orderBy("updated_at")
      .limit(count)
      .execute();
    return rows.map((row) => ({ id: row.id, sessionId: row.session_id }));
  }

  /** Forgets a task that has ended, and its logs; the task last, so that a removal that was cut off can be made again. */
  async remove(id: string): Promise<void> {
    await this.#retry(() => this.#logs.remove(this.#database, id));
    if (this.#queue === undefined) await removeTexts(this.#database, id);
    const remove = this.#database.deleteFrom("tasks").where("id", "=", id);
    await this.#retry(() => remove.execute());
    this.changes.notify(id);
  }

  /** The same for many, in statements of a bounded size. */
  async removeAll(ids: readonly string[]): Promise<void> {
    if (this.#queue === undefined) {
      for (const id of ids) await this.remove(id);
      return;
    }
    await removeRows(this.#database, ids, this.#retry);
    const remove = this.#database.deleteFrom("tasks").where("id", "in", ids);
    await this.#retry(() => remove.execute());
    for (const id of ids) this.changes.notify(id);
  }

  /** Claims tasks that wait in a queue, at most `count`; `seen` is how many of them were in it. */
  async claimQueued(queue: string, count: number): Promise<{ claimed: ClaimedTask[]; seen: number }> {
    const { ids, rows } = (await this.#queue?.claim(queue, count)) ?? { ids: [], rows: [] };
    return { claimed: await this.writer.adopt(ids, rows), seen: ids.length };
  }

  /** Takes over what this process has claimed in a queue without hearing of it, but for the `known`; at most `count`. */
  async recoverClaims(queue: string, known: readonly string[], count: number): Promise<ClaimedTask[]> {
    const rows = (await this.#queue?.findClaimed(queue, known, count)) ?? [];
    return this.writer.recover(rows);
  }

  /** Leaves word for whoever runs the task, or takes it next. */
  async requestStop(id: string): Promise<void> {
    const update = this.#database.updateTable("tasks").set({ stop_requested_at: Date.now() });
    await this.#retry(() => update.where("id", "=", id).where("status", "in", openStatuses).execute());
  }

  /** The next logs of a task after one of them, ascending: as many as are read well at once. */
  async readLogs(taskId: string, after: number): Promise<LogPage> {
    // On a full disk what is stored can still be read.
    if (this.writer.hasPending) await this.writer.flush().catch(ignoreStorageFailure);
    return this.#retry(() => this.#logs.read(this.#database, taskId, after));
  }

  /** The logs of a task that have a greater id than `after`, ascending, some at a time: as fast as they are asked for. */
  async *logPages(taskId: string, after = -1): AsyncGenerator<StoredLog[], void> {
    for (let last = after; ; ) {
      const { logs, isLast } = await this.readLogs(taskId, last);
      if (logs.length > 0) yield logs;
      if (isLast) return;
      last = logs.at(-1)?.id ?? last;
    }
  }

  /** All of them, whole: for those who know that there are few. */
  async listLogs(taskId: string, after = -1): Promise<LogRow[]> {
    const rows: LogRow[] = [];
    for await (const page of this.logPages(taskId, after)) {
      for (const log of page) rows.push({ ...log, event: await wholeText(log.event) });
    }
    return rows;
  }

  /** Writes what is still pending and closes the database. */
  async close(): Promise<void> {
    this.writer.close();
    try {
      await this.writer.flush();
    } finally {
      this.writer.close();
      await this.#database.destroy();
    }
  }
}

function textOf(inputs: NewTask["inputValues" | "inputs"]): string | ComingText {
  return inputs instanceof ComingText ? inputs : JSON.stringify(inputs);
}

async function gather({ input_values, inputs, ...others }: ComingRow): Promise<TaskRow> {
  return { ...others, input_values: await wholeText(input_values), inputs: await wholeText(inputs) };
}

function ignoreStorageFailure(error: unknown): void {
  if (!isStorageFailure(error)) throw error;
}
