import type { Insertable, Kysely, Selectable, Transaction } from "kysely";
import type { NodeInputs } from "../inputs/node-inputs.ts";
import type { StoredStatus, Tables } from "./database.ts";
import { TaskChanges } from "./task-changes.ts";

/** A task as the server works with it. */
export interface StoredTask {
  id: string;
  status: StoredStatus;
  blockId: string;
  packageVersion: string;
  sessionId: string | null;
  inputValues: NodeInputs;
  createdAt: number;
  updatedAt: number;
}

/** One engine event on its way into the logs of a task. */
export interface NewLog {
  sessionId: string;
  nodeId: string | null;
  type: string;
  event: object;
}

/** A log row as it was stored; `event` is parsed. */
export type StoredLog = Omit<Selectable<Tables["task_logs"]>, "event"> & { event: Record<string, unknown> };

export type NewTask = Pick<StoredTask, "id" | "blockId" | "packageVersion" | "inputValues"> & {
  inputs: Record<string, unknown>;
  idempotency?: IdempotentRequest | undefined;
};

/** What decides whether a task is kept. */
export type EndedTask = Pick<StoredTask, "id" | "sessionId" | "updatedAt"> & { logBytes: number };

/** A request that may come again: the caller's key, and what tells it from another request. */
export interface IdempotentRequest {
  key: string;
  fingerprint: string;
}

/** True for the states that never change again. */
export function isTerminal(status: StoredStatus): boolean {
  return status === "completed" || status === "failed" || status === "stopped";
}

/**
 * Tasks and their logs on disk. Logs are written in batches as fast as the disk takes them; whatever a reader was shown
 * is stored, and a status is written after the logs that came before it.
 */
export class TaskStore {
  readonly changes = new TaskChanges();
  readonly #database: Kysely<Tables>;
  readonly #nextLogIds = new Map<string, number>();
  #pendingLogs: Insertable<Tables["task_logs"]>[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isFlushScheduled = false;

  constructor(database: Kysely<Tables>) {
    this.#database = database;
  }

  /** Answers `undefined` where the idempotency key is taken. */
  async create(task: NewTask): Promise<StoredTask | undefined> {
    const now = Date.now();
    const values = {
      id: task.id,
      status: "created" as const,
      block_id: task.blockId,
      package_version: task.packageVersion,
      session_id: null,
      input_values: JSON.stringify(task.inputValues),
      inputs: JSON.stringify(task.inputs),
      idempotency_key: task.idempotency?.key ?? null,
      fingerprint: task.idempotency?.fingerprint ?? null,
      created_at: now,
      updated_at: now,
    };
    let isNew = false;
    await this.#write(async (transaction) => {
      const insert = transaction.insertInto("tasks").values(values);
      const keepFirst = insert.onConflict((conflict) => conflict.column("idempotency_key").doNothing());
      const { numInsertedOrUpdatedRows } = await keepFirst.executeTakeFirst();
      isNew = numInsertedOrUpdatedRows === 1n;
    });
    return isNew ? toTask(values) : undefined;
  }

  /** The task that was created under an idempotency key. */
  async findByKey(key: string): Promise<{ task: StoredTask; idempotency: IdempotentRequest } | undefined> {
    const row = await this.#database
      .selectFrom("tasks")
      .select([...taskColumns, "fingerprint"])
      .where("idempotency_key", "=", key)
      .executeTakeFirst();
    return row && { task: toTask(row), idempotency: { key, fingerprint: row.fingerprint ?? "" } };
  }

  async get(id: string): Promise<StoredTask | undefined> {
    const row = await this.#database
      .selectFrom("tasks")
      .select(taskColumns)
      .where("id", "=", id)
      .executeTakeFirst();
    return row && toTask(row);
  }

  /** What the block of a task gets. */
  async getInputs(id: string): Promise<Record<string, unknown>> {
    const row = await this.#database
      .selectFrom("tasks")
      .select("inputs")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    return JSON.parse(row.inputs);
  }

  /** Newest first. */
  async list(): Promise<StoredTask[]> {
    const rows = await this.#database
      .selectFrom("tasks")
      .select(taskColumns)
      .orderBy("sequence", "desc")
      .execute();
    return rows.map(toTask);
  }

  /** Every task that has not ended, in the order of acceptance. */
  async listUnfinished(): Promise<Pick<StoredTask, "id" | "status">[]> {
    const unfinished = ["created", "pending", "running"] as const;
    return this.#database
      .selectFrom("tasks")
      .select(["id", "status"])
      .where("status", "in", unfinished)
      .orderBy("sequence")
      .execute();
  }

  /** How many tasks there are in each state. */
  async countByStatus(): Promise<Map<StoredStatus, number>> {
    const rows = await this.#database
      .selectFrom("tasks")
      .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
      .groupBy("status")
      .execute();
    return new Map(rows.map(({ status, count }) => [status, Number(count)]));
  }

  /** Every task that has ended, newest first. */
  async listEnded(): Promise<EndedTask[]> {
    const rows = await this.#database
      .selectFrom("tasks")
      .leftJoin("task_logs", "task_logs.task_id", "tasks.id")
      .select(({ fn, ref }) => [
        ...(["tasks.id", "tasks.session_id", "tasks.updated_at"] as const),
        fn.sum<number | null>(fn("length", [ref("task_logs.event")])).as("log_bytes"),
      ])
      .where("status", "in", ["completed", "failed", "stopped"])
      .groupBy("tasks.sequence")
      .orderBy("tasks.updated_at", "desc")
      .execute();
    return rows.map((row) => ({
      id: row.id,
      sessionId: row.session_id,
      updatedAt: row.updated_at,
      logBytes: Number(row.log_bytes ?? 0),
    }));
  }

  /** Forgets a task and its logs. */
  async remove(id: string): Promise<void> {
    await this.#write(async (transaction) => {
      await transaction.deleteFrom("task_logs").where("task_id", "=", id).execute();
      await transaction.deleteFrom("tasks").where("id", "=", id).execute();
    });
    this.changes.notify(id);
  }

  /** Logs that were appended before are stored together with the new status, or earlier. */
  async setStatus(id: string, status: StoredStatus, sessionId?: string): Promise<void> {
    const update = {
      status,
      updated_at: Date.now(),
      ...(sessionId !== undefined && { session_id: sessionId }),
    };
    await this.#write((transaction) =>
      transaction.updateTable("tasks").set(update).where("id", "=", id).execute(),
    );
    if (isTerminal(status)) this.#nextLogIds.delete(id);
    this.changes.notify(id);
  }

  /** Takes one event; it is on disk before anyone can read it. */
  appendLog(taskId: string, log: NewLog): void {
    const id = this.#nextLogIds.get(taskId) ?? 0;
    this.#nextLogIds.set(taskId, id + 1);
    this.#pendingLogs.push({
      task_id: taskId,
      id,
      session_id: log.sessionId,
      node_id: log.nodeId,
      type: log.type,
      event: JSON.stringify(log.event),
      created_at: Date.now(),
    });
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    // Events that arrive in one turn of the loop share a transaction.
    setImmediate(() => {
      this.#isFlushScheduled = false;
      this.#write().catch(() => undefined); // the rows stay pending; the next write throws too
    });
  }

  /** Goes on numbering where an earlier run of the server stopped. */
  async resumeLogs(taskId: string): Promise<void> {
    const { last } = await this.#database
      .selectFrom("task_logs")
      .select(({ fn }) => fn.max("id").as("last"))
      .where("task_id", "=", taskId)
      .executeTakeFirstOrThrow();
    this.#nextLogIds.set(taskId, last === null ? 0 : Number(last) + 1);
  }

  /** Ascending; only those with a greater id than `after`. */
  async listLogs(taskId: string, after = -1): Promise<StoredLog[]> {
    if (this.#pendingLogs.length > 0) await this.#write();
    const rows = await this.#database
      .selectFrom("task_logs")
      .selectAll()
      .where("task_id", "=", taskId)
      .where("id", ">", after)
      .orderBy("id")
      .execute();
    return rows.map((row) => ({ ...row, event: JSON.parse(row.event) }));
  }

  /** Writes what is still pending and closes the database. */
  async close(): Promise<void> {
    await this.#write();
    await this.#database.destroy();
  }

  /** One transaction after the other: the logs that wait, then `change`. */
  #write(change?: (transaction: Transaction<Tables>) => Promise<unknown>): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(change));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #writeNow(change?: (transaction: Transaction<Tables>) => Promise<unknown>): Promise<void> {
    const logs = this.#pendingLogs;
    if (logs.length === 0 && !change) return;
    this.#pendingLogs = [];
    try {
      await this.#database.transaction().execute(async (transaction) => {
        for (const log of logs) await transaction.insertInto("task_logs").values(log).execute();
        await change?.(transaction);
      });
    } catch (error) {
      this.#pendingLogs = [...logs, ...this.#pendingLogs];
      throw error;
    }
    for (const taskId of new Set(logs.map((log) => log.task_id))) this.changes.notify(taskId);
  }
}

const taskColumns = [
  "id",
  "status",
  "block_id",
  "package_version",
  "session_id",
  "input_values",
  "created_at",
  "updated_at",
] as const;

function toTask(row: Pick<Selectable<Tables["tasks"]>, (typeof taskColumns)[number]>): StoredTask {
  return {
    id: row.id,
    status: row.status,
    blockId: row.block_id,
    packageVersion: row.package_version,
    sessionId: row.session_id,
    inputValues: JSON.parse(row.input_values),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
