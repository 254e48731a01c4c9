import { randomUUID } from "node:crypto";
import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { type Retry, retryConnection } from "./retry-connection.ts";
import type { DeliveryState, Tables } from "./tables.ts";
import { type ClaimedDelivery, type StoredDelivery, toDelivery } from "./webhook-rows.ts";

export interface WebhookStoreOptions {
  /** Other processes send from the same database. */
  isShared: boolean;
  /** The time in epoch milliseconds. */
  now?: () => number;
}

/** How an attempt ended. */
export interface AttemptEnd {
  state: DeliveryState;
  payload: string;
  /** When it is tried again, if it stays pending. */
  nextAt: number;
  status: number | undefined;
  error: string | undefined;
  answer: string | undefined;
}

export interface DeliveryFilter {
  /** Of one caller; of all by default. */
  caller?: string | undefined;
  state?: DeliveryState | undefined;
  taskId?: string | undefined;
  /** Only those before the one with this sequence. */
  before?: number | undefined;
  limit: number;
}

/** Deliveries of webhooks, which the database makes as tasks change (see `webhook-tables.ts`). */
export class WebhookStore {
  readonly #database: Kysely<Tables>;
  readonly #isShared: boolean;
  readonly #now: () => number;
  readonly #retry: Retry = (run) => retryConnection(run);

  constructor(database: Kysely<Tables>, { isShared, now = Date.now }: WebhookStoreOptions) {
    this.#database = database;
    this.#isShared = isShared;
    this.#now = now;
  }

  /**
   * Takes those that are due, at most `count`, none of the callers that are `busy`. Of a task only the first that is pending is ever
   * due. Whoever takes one has `leaseMs` to end its attempt.
   */
  async claim(count: number, busy: readonly string[], leaseMs: number): Promise<ClaimedDelivery[]> {
    const now = this.#now();
    const lease = randomUUID();
    const rows = await this.#database
      .with("due", (database) => {
        const select = database
          .selectFrom("webhook_deliveries as one")
          .select("one.sequence")
          .where(isPending("one"))
          .where("one.next_at", "<=", now)
          .where(isFirstOfTask)
          .$if(busy.length > 0, (query) => query.where("one.caller", "not in", busy))
          .orderBy("one.next_at")
          .limit(count);
        return this.#isShared ? select.forUpdate().skipLocked() : select;
      })
      .updateTable("webhook_deliveries")
      .set(({ eb, fn, val }) => ({
        lease,
        attempts: eb("attempts", "+", 1),
        tried_since: fn.coalesce("tried_since", val(now)),
        next_at: now + leaseMs,
      }))
      .where("sequence", "in", (query) => query.selectFrom("due").select("due.sequence"))
      .returningAll()
      .execute();
    return rows
      .map((row) => ({ ...toDelivery(row), lease, triedSince: row.tried_since ?? now }))
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Stores how an attempt ended; false if its lease was over and somebody else has it. */
  async finish({ sequence, lease }: ClaimedDelivery, end: AttemptEnd): Promise<boolean> {
    const update = this.#database
      .updateTable("webhook_deliveries")
      .set({
        lease: null,
        state: end.state,
        payload: end.payload,
        next_at: end.nextAt,
        last_at: this.#now(),
        last_status: end.status ?? null,
        last_error: end.error ?? null,
        last_answer: end.answer ?? null,
      })
      .where("sequence", "=", sequence)
      .where("lease", "=", lease);
    return (await this.#retry(() => update.executeTakeFirst())).numUpdatedRows > 0n;
  }

  /** Gives one back whose attempt was broken off by the end of this process. */
  async release({ sequence, lease }: ClaimedDelivery): Promise<void> {
    const update = this.#database
      .updateTable("webhook_deliveries")
      .set(({ eb }) => ({ lease: null, next_at: this.#now(), attempts: eb("attempts", "-", 1) }))
      .where("sequence", "=", sequence)
      .where("lease", "=", lease);
    await this.#retry(() => update.execute());
  }

  /** What a killed process had under way is due at once: for the only process of a database, before it sends anything. */
  async releaseAll(): Promise<void> {
    await this.#database
      .updateTable("webhook_deliveries")
      .set({ lease: null, next_at: this.#now() })
      .where(isPending("webhook_deliveries"))
      .where("lease", "is not", null)
      .execute();
  }

  /** When the next one is due; `undefined` if none is pending. */
  async nextDueAt(): Promise<number | undefined> {
    const row = await this.#database
      .selectFrom("webhook_deliveries as one")
      .select("one.next_at")
      .where(isPending("one"))
      .where(isFirstOfTask)
      .orderBy("one.next_at")
      .limit(1)
      .executeTakeFirst();
    return row?.next_at;
  }

  /** Tasks of which there is something to tell yet: all, or those of `among`. */
  async openTasks(among?: readonly string[]): Promise<string[]> {
    const rows = await this.#database
      .selectFrom("webhooks")
      .select("task_id")
      .$if(among !== undefined, (select) => select.where("task_id", "in", among ?? []))
      .execute();
    return rows.map((row) => row.task_id);
  }

  /** How much a caller has waiting, tasks with a webhook included; counts no further than `most`. */
  async countOfCaller(caller: string, most: number): Promise<number> {
    const count = async (query: { execute(): Promise<{ count: number }[]> }) =>
      Number((await this.#retry(() => query.execute()))[0]?.count ?? 0);
    const limit = sql.lit(most);
    const waiting = await count(
      this.#database
        .selectFrom((from) =>
          from
            .selectFrom("webhook_deliveries")
            .select("sequence")
            .where(isPending("webhook_deliveries"))
            .where("caller", "=", caller)
            .limit(limit)
            .as("some"),
        )
        .select(({ fn }) => fn.countAll<number>().as("count")),
    );
    const coming = await count(
      this.#database
        .selectFrom((from) =>
          from.selectFrom("webhooks").select("task_id").where("caller", "=", caller).limit(limit).as("some"),
        )
        .select(({ fn }) => fn.countAll<number>().as("count")),
    );
    return waiting + coming;
  }

  /** How many are pending. */
  async countPending(): Promise<number> {
    const { count } = await this.#database
      .selectFrom("webhook_deliveries")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .where(isPending("webhook_deliveries"))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** The newest first. */
  async list({ caller, state, taskId, before, limit }: DeliveryFilter): Promise<StoredDelivery[]> {
    const query = this.#database
      .selectFrom("webhook_deliveries")
      .selectAll()
      .$if(caller !== undefined, (select) => select.where("caller", "=", caller ?? ""))
      .$if(state !== undefined, (select) => select.where("state", "=", state ?? "pending"))
      .$if(taskId !== undefined, (select) => select.where("task_id", "=", taskId ?? ""))
      .$if(before !== undefined, (select) => select.where("sequence", "<", before ?? 0))
      .orderBy("sequence", "desc")
      .limit(limit);
    return (await this.#retry(() => query.execute())).map(toDelivery);
  }

  async get(id: string): Promise<StoredDelivery | undefined> {
    const query = this.#database.selectFrom("webhook_deliveries").selectAll().where("id", "=", id);
    const row = await this.#retry(() => query.executeTakeFirst());
    return row && toDelivery(row);
  }

  /** Makes one that is over due again, for as long as a new one; one that is pending stays as it is. */
  async repeat(id: string): Promise<void> {
    const update = this.#database
      .updateTable("webhook_deliveries")
      .set({ state: "pending", next_at: this.#now(), attempts: 0, tried_since: null })
      .where("id", "=", id)
      .where("state", "<>", "pending");
    await this.#retry(() => update.execute());
  }

  /** Forgets those that have been over for that long. */
  async forgetBefore(epochMs: number): Promise<void> {
    await this.#database
      .deleteFrom("webhook_deliveries")
      .where("state", "<>", sql.lit("pending"))
      .where("last_at", "<", epochMs)
      .execute();
  }
}

/** A literal: for a parameter SQLite uses no partial index. */
function isPending(table: string) {
  return sql<boolean>`${sql.ref(`${table}.state`)} = 'pending'`;
}

function isFirstOfTask({
  not,
  exists,
  selectFrom,
}: ExpressionBuilder<Tables & { one: Tables["webhook_deliveries"] }, "one">) {
  return not(
    exists(
      selectFrom("webhook_deliveries as earlier")
        .select("earlier.sequence")
        .where(isPending("earlier"))
        .whereRef("earlier.task_id", "=", "one.task_id")
        .whereRef("earlier.sequence", "<", "one.sequence"),
    ),
  );
}
