import { parseTraceContext } from "@oomol/connect-shared/trace-context";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { JsonText, jsonParts } from "../json-text.ts";
import { messageOf } from "../values.ts";
import { holdText } from "./held-text.ts";
import { droppedWarning, judgeLog, type LogQuota, quotaWarning } from "./log-quota.ts";
import { firstLogId, type LogRow, type LogTable } from "./log-table.ts";
import { PendingLogs } from "./pending-logs.ts";
import type { Retry } from "./retry-connection.ts";
import type { Transact } from "./share-turns.ts";
import { readClaimed } from "./shown-tasks.ts";
import type { StoredText } from "./stored-text.ts";
import type { StoredStatus, Tables } from "./tables.ts";
import { TaskChanges, type TaskNews } from "./task-changes.ts";
import { claimRows, selectHeld, writerQueries } from "./task-queries.ts";
import {
  type ClaimedRow,
  type ClaimedTask,
  isFinalStatus,
  type NewLog,
  openStatuses,
  type StoredLog,
  type StoredTask,
  sessionEnd,
  toTask,
} from "./task-rows.ts";
import { WriteHealth } from "./write-health.ts";

export type TaskTransaction = Transaction<Tables>;

export interface TaskWriterParts {
  database: Kysely<Tables>;
  transact: Transact;
  changes: TaskChanges;
  /** Other processes write to the same database. */
  isShared: boolean;
  /** A task during which so many processes died is failed instead of taken again. */
  crashLimit: number;
  logs: LogTable;
  /** What the blocks of a task may say before the rest is dropped. */
  logLimitBytes: number;
  /** Does something on the database again if the connection was lost. */
  retry: Retry;
  /** Takes tasks out of the queue, in the transaction that ends them if there is one. */
  onEnded(database: Kysely<Tables>, tasks: readonly QueuedTask[]): Promise<void>;
  /** Writes a batch in one statement, and takes what ends with it out of the queue. */
  writeAtOnce?: ((batch: WriteBatch) => Promise<HeldRow[]>) | undefined;
}

/** Logs and changes that belong to claims. */
export interface WriteBatch {
  tasks: readonly (QueuedTask & {
    attempt: number;
    status: StoredStatus | null;
    sessionId: string | null;
    atMs: number | null;
  })[];
  logs: readonly LogRow[];
}

export type HeldRow = Pick<
  Selectable<Tables["tasks"]>,
  "id" | "block_id" | "package_version" | "stop_requested_at"
>;

/** What tells in which queue a task is. */
export type QueuedTask = Pick<StoredTask, "id" | "blockId" | "packageVersion">;

/** A task whose claim holds. */
type HeldTask = QueuedTask & Pick<ClaimedTask, "isStopRequested">;

/** What a claim holds: writes count only while the task's `attempt` is this one. */
interface Claim {
  attempt: number;
  /** Before this claim, which is one more until the task ends or is given back. */
  interruptions: number;
  nextLogId: number;
  /** The task as it is stored. */
  task: StoredTask;
  quota: LogQuota;
}

interface Judged {
  taken: readonly { row: ClaimedRow; nextLogId: number }[];
  failed: readonly ClaimedRow[];
}

interface Change {
  taskId: string;
  status: StoredStatus;
  sessionId: string | undefined;
  atMs: number;
  settle(isWritten: boolean): void;
  fail(error: unknown): void;
}

/**
 * Writes what happens to the tasks that this process has claimed. Logs and changes that gather while a transaction runs
 * go into the next one, and each transaction first makes sure that the claims still hold: if another process has
 * taken a task since (this one was frozen, or cut off), nothing is written about it any more and `lost` tells so.
 */
export class TaskWriter {
  /** Tells who runs a task that another process has taken it over. */
  readonly lost = new TaskChanges();
  /** Tells who runs a task that somebody has asked to stop it. */
  readonly stopping = new TaskChanges();
  readonly #parts: TaskWriterParts;
  readonly #queries: ReturnType<typeof writerQueries>;
  readonly health = new WriteHealth();
  readonly #claims = new Map<string, Claim>();
  readonly #pending = new PendingLogs();
  #changes: Change[] = [];
  #running: Promise<void> = Promise.resolve();
  #following: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;

  constructor(parts: TaskWriterParts) {
    this.#parts = parts;
    this.#queries = writerQueries(parts.database);
  }

  /**
   * Takes those of the chosen tasks that have not ended, each under an attempt of its own; in the order of acceptance. One
   * that `crashLimit` processes did not survive is failed here instead: it may be what ended them.
   */
  async claim(
    chosen: readonly string[] | ((transaction: TaskTransaction) => Promise<readonly string[]>),
  ): Promise<ClaimedTask[]> {
    const judged = await this.#parts.database.transaction().execute(async (transaction) => {
      const ids = typeof chosen === "function" ? await chosen(transaction) : chosen;
      if (ids.length === 0) return { taken: [], failed: [] };
      return this.#judge(transaction, ids, await claimRows(transaction, ids).execute());
    });
    return this.#holdAll(judged);
  }

  /** Takes over what a statement has claimed for this process, by the ids of their jobs. */
  async adopt(ids: readonly string[], rows: readonly ClaimedRow[]): Promise<ClaimedTask[]> {
    const isPlain = rows.length === ids.length && rows.every(({ attempt }) => attempt === 1);
    if (isPlain && this.#parts.crashLimit > 0) {
      const taken = inOrder(rows).map((row) => ({ row, nextLogId: firstLogId }));
      return this.#holdAll({ taken, failed: [] });
    }
    return this.#judgeAndHold(ids, rows);
  }

  /** Takes over what this process has claimed before, whatever it has written about it. */
  async recover(rows: readonly ClaimedRow[]): Promise<ClaimedTask[]> {
    if (rows.length === 0) return [];
    return this.#judgeAndHold(
      rows.map(({ id }) => id),
      rows,
    );
  }

  async #judgeAndHold(ids: readonly string[], rows: readonly ClaimedRow[]): Promise<ClaimedTask[]> {
    const judge = () =>
      this.#parts.database.transaction().execute((transaction) => this.#judge(transaction, ids, rows));
    return this.#holdAll(await this.#parts.retry(judge));
  }

  /** Fails what too many processes did not survive, and takes out of the queue what needs not run any more. */
  async #judge(
    transaction: TaskTransaction,
    ids: readonly string[],
    rows: readonly ClaimedRow[],
  ): Promise<Judged> {
    const { logs, onEnded, crashLimit } = this.#parts;
    const gone = ids.filter((id) => !rows.some((row) => row.id === id));
    if (gone.length > 0) await onEnded(transaction, await readQueued(transaction, gone));
    // A first attempt may have logs, too, if the process had lost sight of it.
    const nextLogIds = await logs.nextIds(
      transaction,
      rows.map(({ id }) => id),
    );
    const [failed, taken] = partition(rows, ({ interruptions }) => interruptions > crashLimit);
    for (const { id, session_id } of failed) {
      await transaction
        .updateTable("tasks")
        .set({ status: "failed", updated_at: Date.now() })
        .where("id", "=", id)
        .execute();
      const end = toRow(
        id,
        nextLogIds.get(id) ?? firstLogId,
        sessionEnd(session_id ?? "", tookDown(crashLimit)),
      );
      await logs.insert(transaction, await logs.stage(transaction, [end]));
    }
    if (failed.length > 0) await onEnded(transaction, failed.map(toQueued));
    return {
      taken: inOrder(taken).map((row) => ({ row, nextLogId: nextLogIds.get(row.id) ?? firstLogId })),
      failed,
    };
  }

  #holdAll({ taken, failed }: Judged): Promise<ClaimedTask[]> {
    for (const { id } of failed) this.#parts.changes.notify(id);
    return Promise.all(taken.map(({ row, nextLogId }) => this.#hold(row, nextLogId)));
  }

  /** {@link claim} for one task, in a single statement if nobody has taken it before. */
  async claimOne(id: string): Promise<ClaimedTask | undefined> {
    const claim = this.#queries.claimFirst(id);
    const [row] = (await this.#parts.transact((transaction) => transaction.executeQuery(claim))).rows;
    if (row) return this.#hold(row, firstLogId);
    return (await this.claim([id]))[0];
  }

  async #hold(row: ClaimedRow, nextLogId: number): Promise<ClaimedTask> {
    const { id, attempt, interruptions } = row;
    const { inputValues, inputs } = await readClaimed(this.#parts.database, row);
    const task = toTask(row, inputValues);
    const quota = { limitBytes: this.#parts.logLimitBytes, sizeBytes: 0, isTold: false, droppedBytes: 0 };
    this.#claims.set(id, { attempt, interruptions: interruptions - 1, nextLogId, task, quota });
    const isStopRequested = row.stop_requested_at !== null;
    const trace = row.trace === null ? undefined : parseTraceContext(row.trace);
    return { ...task, inputs: new JsonText(inputs), isStopRequested, ...(trace && { trace }) };
  }

  /**
   * Takes one event of a claimed task; it is on disk before anyone can read it. Answers what to wait for before more of the
   * task is given, if it comes faster than it can be written. Throws if it cannot be written as JSON, or is too much.
   */
  appendLog(taskId: string, log: NewLog): Promise<void> | undefined {
    const claim = this.#claims.get(taskId);
    if (!claim) return undefined; // lost: nobody is to read what still comes
    if (log.type === "SessionFinished") {
      const warning = droppedWarning(claim.quota, { ...log.event });
      if (warning)
        void this.#push(
          claim,
          toRow(taskId, claim.nextLogId, { ...log, type: "BlockWarning", event: warning }),
        );
    }
    const row = toRow(taskId, claim.nextLogId, log);
    const judged = judgeLog(claim.quota, row, log.event);
    if (judged === "drop") return undefined;
    if (judged === "tell") {
      const warning = quotaWarning(claim.quota, { ...log.event });
      Object.assign(row, { type: warning.type, event: JSON.stringify(warning) });
    }
    return this.#push(claim, row);
  }

  #push(claim: Claim, row: StoredLog): Promise<void> | undefined {
    claim.nextLogId += 1;
    const room = this.#pending.push(row);
    if (room === undefined) this.#gather();
    else this.#flushUnheard();
    return room;
  }

  /** What comes within a moment shares a transaction; all of a short task does. */
  #gather(ms = gatherMs): void {
    this.#gathering ??= setTimeout(() => this.#flushUnheard(), ms);
  }

  /** Nobody waits for it: what cannot be written stays pending, and is tried again. */
  #flushUnheard(): void {
    this.flush().catch(() => undefined);
  }

  /** Stored together with the logs that were appended before, or later. False if the claim is lost. */
  setStatus(taskId: string, status: StoredStatus, sessionId?: string): Promise<boolean> {
    if (!this.#claims.has(taskId)) return Promise.resolve(false);
    return new Promise((settle, fail) => {
      this.#changes.push({ taskId, status, sessionId, atMs: Date.now(), settle, fail });
      if (isFinalStatus(status))
        this.flush().catch(() => undefined); // the change was told
      else this.#gather(this.#parts.isShared ? sharedGatherMs : gatherMs);
    });
  }

  /** Which of this process's tasks another has taken or ended since: they are lost from then on; and which are to be stopped. */
  async checkClaims(): Promise<void> {
    const ids = [...this.#claims.keys()];
    if (ids.length === 0) return;
    const { database } = this.#parts;
    const held = await this.#parts.retry(() => this.#findHeld(database, ids, []));
    for (const id of ids) {
      const task = held.get(id);
      if (!task) this.#lose(id);
      else if (task.isStopRequested) this.stopping.notify(id);
    }
  }

  /** Everything that was given before is on disk when this resolves. */
  flush(): Promise<void> {
    // A write that runs may have begun too early, so another follows it.
    this.#following ??= this.#running.then(() => {
      this.#following = undefined;
      const writing = this.#writePending();
      this.#running = writing.catch(() => undefined);
      return writing;
    });
    return this.#following;
  }

  get hasPending(): boolean {
    return !this.#pending.isEmpty || this.#changes.length > 0;
  }

  /** Finds out whether a disk that took nothing takes something again; rejects if it does not. */
  async tryDisk(): Promise<void> {
    if (this.health.failure === undefined) return;
    if (this.hasPending) return this.flush();
    if (this.#parts.isShared) return; // the disk of another machine: the next write tells
    // Writes a page, and changes nothing.
    await this.health.watch(() => sql`pragma user_version = 0`.execute(this.#parts.database));
  }

  /** Writes nothing by itself any more. */
  close(): void {
    clearTimeout(this.#retry);
  }

  /**
   * Writes what is pending about a task and lets go of it: this process writes nothing about it any more, and does not count as
   * one that the task took down. False if it was lost.
   */
  async release(taskId: string): Promise<boolean> {
    await this.flush();
    const claim = this.#claims.get(taskId);
    if (!claim) return false;
    const update = this.#parts.database
      .updateTable("tasks")
      .set({ interruptions: claim.interruptions })
      .where("id", "=", taskId)
      .where("attempt", "=", claim.attempt)
      .where("status", "in", openStatuses);
    const { numUpdatedRows } = await this.#parts.retry(() => update.executeTakeFirst());
    this.#claims.delete(taskId);
    return numUpdatedRows > 0n;
  }

  /**
   * Ends a task over the head of whoever holds it, leaving a reason in its logs; or, with `unclaimedOnly`, only if
   * nobody has taken it yet. False if it was not ended by this call.
   */
  async end(
    taskId: string,
    status: "failed" | "stopped",
    { reason, unclaimedOnly = false }: { reason?: string; unclaimedOnly?: boolean } = {},
  ): Promise<boolean> {
    const { database, changes, logs, onEnded } = this.#parts;
    const isEnded = await this.#parts.retry(() =>
      database.transaction().execute(async (transaction) => {
        const update = transaction
          .updateTable("tasks")
          .set(({ eb }) => ({ status, attempt: eb("attempt", "+", 1), updated_at: Date.now() }))
          .where("id", "=", taskId)
          .where("status", "in", openStatuses)
          .returning(["id", "session_id", "block_id", "package_version"]);
        const row = await (unclaimedOnly ? update.where("attempt", "=", 0) : update).executeTakeFirst();
        if (!row) return false;
        if (reason !== undefined) {
          const nextLogId = (await logs.nextIds(transaction, [taskId])).get(taskId) ?? firstLogId;
          const end = toRow(taskId, nextLogId, sessionEnd(row.session_id ?? "", reason));
          await logs.insert(transaction, await logs.stage(transaction, [end]));
        }
        await onEnded(transaction, [toQueued(row)]);
        return true;
      }),
    );
    if (isEnded) changes.notify(taskId);
    return isEnded;
  }

  /** In transactions of a bounded size: one that is too large for what room there is would never get through. */
  async #writePending(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      // What comes while this writes is left to the next call.
      for (let left = this.#pending.batches; left > 0 || this.#changes.length > 0; left -= 1) {
        if (!(await this.#writeBatch())) break;
      }
      this.#retryMs = firstRetryMs;
    } catch (error) {
      for (const change of this.#changes.splice(0)) change.fail(error);
      // Nobody may come who would try it again: what adds logs is waiting.
      this.#retry = setTimeout(() => this.flush().catch(() => undefined), this.#retryMs).unref();
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
      throw error;
    }
  }

  /** False if there is nothing to write. */
  async #writeBatch(): Promise<boolean> {
    const logs = this.#pending.take();
    // The others wait for what comes before them.
    const [changes, later] = partition(this.#changes, ({ taskId }) => !this.#pending.hasUntaken(taskId));
    this.#changes = later;
    if (logs.length === 0 && changes.length === 0) return false;
    const ids = [...new Set([...logs.map((log) => log.task_id), ...changes.map(({ taskId }) => taskId)])];
    let held: ReadonlyMap<string, HeldTask>;
    try {
      held = await this.health.watch(() => this.#parts.retry(() => this.#writeOnce(ids, logs, changes)));
    } catch (error) {
      this.#pending.putBack(logs);
      for (const change of changes) change.fail(error);
      throw error;
    }
    this.#pending.settle(logs);
    const news = this.#newsOf(held, logs, changes);
    for (const { taskId, status, settle } of changes) {
      if (isFinalStatus(status) && held.has(taskId)) this.#claims.delete(taskId);
      settle(held.has(taskId));
    }
    for (const id of ids) {
      if (held.has(id)) this.#parts.changes.notify(id, news.get(id));
      else this.#lose(id);
    }
    return true;
  }

  /** What was stored just now, by task. */
  #newsOf(
    held: ReadonlyMap<string, HeldTask>,
    logs: readonly StoredLog[],
    changes: readonly Change[],
  ): ReadonlyMap<string, TaskNews> {
    for (const { taskId, status, sessionId, atMs } of changes) {
      const claim = this.#claims.get(taskId);
      if (!claim) continue;
      const { task } = claim;
      claim.task = { ...task, status, sessionId: sessionId ?? task.sessionId, updatedAt: atMs };
    }
    const told = new Map<string, { task: StoredTask; logs: StoredLog[] }>();
    for (const id of held.keys()) {
      const claim = this.#claims.get(id);
      if (claim) told.set(id, { task: claim.task, logs: [] });
    }
    for (const log of logs) told.get(log.task_id)?.logs.push(log);
    return told;
  }

  async #writeOnce(
    ids: readonly string[],
    logs: readonly StoredLog[],
    changes: readonly Change[],
  ): Promise<ReadonlyMap<string, HeldTask>> {
    const { database, transact, writeAtOnce } = this.#parts;
    const rows = await this.#parts.logs.stage(database, logs);
    if (writeAtOnce === undefined) {
      return transact((transaction) => this.#write(transaction, ids, rows, changes));
    }
    const last = lastChanges(changes);
    const tasks = ids.flatMap((id) => {
      const claim = this.#claims.get(id);
      if (!claim) return [];
      const { attempt, task } = claim;
      const { blockId, packageVersion } = task;
      const { status = null, sessionId = null, atMs = null } = last.get(id) ?? {};
      return { id, blockId, packageVersion, attempt, status, sessionId, atMs };
    });
    return new Map((await writeAtOnce({ tasks, logs: rows })).map((row) => [row.id, toHeld(row)]));
  }

  async #write(
    transaction: TaskTransaction,
    ids: readonly string[],
    logs: readonly LogRow[],
    changes: readonly Change[],
  ): Promise<ReadonlyMap<string, HeldTask>> {
    const held = await this.#findHeld(transaction, ids, changes);
    const rows = logs.filter((log) => held.has(log.task_id));
    if (rows.length > 0) await this.#parts.logs.insert(transaction, rows);
    const applied = [...lastChanges(changes).values()].filter(({ taskId }) => held.has(taskId));
    for (const { taskId, status, sessionId, atMs } of applied) {
      const { setStatus, setSession } = this.#queries;
      await transaction.executeQuery(
        sessionId ? setSession(taskId, status, atMs, sessionId) : setStatus(taskId, status, atMs),
      );
    }
    const ended = applied.flatMap(({ status, taskId }) =>
      isFinalStatus(status) ? (held.get(taskId) ?? []) : [],
    );
    if (ended.length > 0) await this.#parts.onEnded(transaction, ended);
    return held;
  }

  /** The tasks whose claim holds, or whose end was written by the same `changes` before. */
  async #findHeld(
    database: Kysely<Tables>,
    ids: readonly string[],
    changes: readonly Change[],
  ): Promise<ReadonlyMap<string, HeldTask>> {
    const rows = await this.#readHeld(database, ids);
    const held = rows.filter(
      ({ id, attempt, status }) =>
        this.#claims.get(id)?.attempt === attempt &&
        (!isFinalStatus(status) ||
          changes.some((change) => change.taskId === id && change.status === status)),
    );
    return new Map(held.map((row) => [row.id, toHeld(row)]));
  }

  async #readHeld(database: Kysely<Tables>, ids: readonly string[]) {
    if (this.#parts.isShared) return selectHeld(database).where("id", "in", ids).execute();
    // SQLite answers each sooner than a statement for all of them is built.
    const found = [];
    for (const id of ids) found.push(...(await database.executeQuery(this.#queries.held(id))).rows);
    return found;
  }

  #lose(taskId: string): void {
    if (this.#claims.delete(taskId)) this.lost.notify(taskId);
  }
}

/** Long enough for a short task to end, too short for whoever looks on to notice. */
const gatherMs = 8;
/** From the start of a task on a cluster, where it takes longer, and each transaction costs more. */
const sharedGatherMs = 25;

const tookDown = (crashLimit: number) =>
  `The task is not run again: ${crashLimit === 1 ? "the process that ran it was" : `${crashLimit} processes that ran it were`} killed, crashed or lost before it ended, and it may be the reason.`;

function inOrder(rows: readonly ClaimedRow[]): ClaimedRow[] {
  return [...rows].sort((one, other) => one.sequence - other.sequence);
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** By task: what changes within a batch nobody is shown between. */
function lastChanges(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const sessionId = change.sessionId ?? last.get(change.taskId)?.sessionId;
    last.set(change.taskId, { ...change, sessionId });
  }
  return last;
}

function toHeld(row: HeldRow): HeldTask {
  return { ...toQueued(row), isStopRequested: row.stop_requested_at !== null };
}

function toQueued(row: { id: string; block_id: string; package_version: string }): QueuedTask {
  return { id: row.id, blockId: row.block_id, packageVersion: row.package_version };
}

/** Those that are still stored. */
async function readQueued(transaction: TaskTransaction, ids: readonly string[]): Promise<QueuedTask[]> {
  const select = transaction.selectFrom("tasks").select(["id", "block_id", "package_version"]);
  return (await select.where("id", "in", ids).execute()).map(toQueued);
}

const firstRetryMs = 250;
const longestRetryMs = 5_000;

function toRow(taskId: string, id: number, log: NewLog): StoredLog {
  return {
    task_id: taskId,
    id,
    session_id: storable(log.sessionId),
    node_id: log.nodeId === null ? null : storable(log.nodeId),
    type: storable(log.type),
    event: writeEvent(log.event),
    created_at: Date.now(),
  };
}

/** A block chooses these. PostgreSQL takes no NUL in a text, and one row that it refuses would hold up those of all tasks. */
function storable(text: string): string {
  return text.replaceAll("\0", "\ufffd").slice(0, longestName);
}

const longestName = 1_000;

/** Deeper than the stack is, or longer than a string may be: whoever runs the task fails it with this sentence. */
function writeEvent(event: object): StoredText {
  try {
    return holdText(jsonParts(event));
  } catch (cause) {
    throw new Error(`The block sent a message that cannot be stored: ${messageOf(cause)}.`, { cause });
  }
}
