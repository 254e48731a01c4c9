import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { openPostgres } from "../src/cluster/postgres.ts";
import { OpenedParts } from "../src/serve/opened-parts.ts";
import { openDatabase } from "../src/store/database.ts";
import type { Tables } from "../src/store/tables.ts";
import type { ClaimedDelivery } from "../src/store/webhook-rows.ts";
import { WebhookSecrets } from "../src/store/webhook-secrets.ts";
import { type AttemptEnd, WebhookStore } from "../src/store/webhook-store.ts";
import { makeTestDatabase } from "./cluster/test-database.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const leaseMs = 60_000;
const delivered: AttemptEnd = {
  state: "delivered",
  payload: "{}",
  nextAt: 0,
  status: 204,
  error: undefined,
  answer: undefined,
};

/** Two processes on one database, at a time that the test sets; in SQLite they are one. */
async function open(kind: string) {
  const opened = new OpenedParts();
  const log = pino({ enabled: false });
  let database: Kysely<Tables>;
  let other: Kysely<Tables>;
  if (kind === "SQLite") {
    const data = await makeDataDirectory();
    opened.add(async () => data[Symbol.asyncDispose]());
    database = await openDatabase(data.path);
    other = database;
    opened.add(() => database.destroy());
  } else {
    const made = await makeTestDatabase();
    opened.add(() => made[Symbol.asyncDispose]());
    const openOne = () => {
      const postgres = openPostgres(made.url, 4, log);
      opened.add(() => postgres.database.destroy());
      return postgres.database.withTables();
    };
    [database, other] = [openOne(), openOne()];
  }
  const clock = { ms: 1_000_000 };
  const options = { isShared: kind !== "SQLite", now: () => clock.ms };
  const insertTask = async (id: string, caller = "ann", events = " task.running task.completed ") => {
    const values = { block_id: "lab::shout", package_version: "1", input_values: "[]", inputs: "{}" };
    const row = { ...values, id, status: "pending" as const, session_id: null, caller };
    const times = { created_at: clock.ms, updated_at: clock.ms, stop_requested_at: null };
    const keys = { idempotency_key: null, fingerprint: null };
    await database
      .insertInto("tasks")
      .values({ ...row, ...times, ...keys })
      .execute();
    const hook = { task_id: id, caller, url: "http://127.0.0.1:9/", events };
    await database.insertInto("webhooks").values(hook).execute();
  };
  const setStatus = (id: string, status: Tables["tasks"]["status"]) =>
    database.updateTable("tasks").set({ status, updated_at: clock.ms }).where("id", "=", id).execute();
  return {
    database,
    clock,
    store: new WebhookStore(database, options),
    other: new WebhookStore(other, options),
    secrets: [new WebhookSecrets(database), new WebhookSecrets(other)] as const,
    insertTask,
    setStatus,
    /** A task that has run and completed. */
    async end(caller?: string): Promise<string> {
      const id = randomUUID();
      await insertTask(id, caller);
      await setStatus(id, "running");
      await setStatus(id, "completed");
      return id;
    },
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

const told = (claimed: readonly ClaimedDelivery[]) => claimed.map(({ taskId, status }) => [taskId, status]);

describe.each(["SQLite", "PostgreSQL"])("in %s", (kind) => {
  test("a change of status makes what somebody has asked to hear, once, and the last one ends it", async () => {
    await using opened = await open(kind);
    const id = await opened.end();
    await opened.setStatus(id, "completed");
    await opened.insertTask("silent", "ann", " task.failed ");
    await opened.setStatus("silent", "completed");
    const listed = await opened.store.list({ limit: 10 });
    expect(listed.map(({ taskId, status }) => [taskId, status])).toEqual([
      [id, "completed"],
      [id, "running"],
    ]);
    expect(new Set(listed.map(({ id: one }) => one)).size).toBe(2);
    expect(listed.every(({ id: one }) => /^msg_[0-9a-f]{32}$/.test(one))).toBe(true);
    expect(await opened.store.openTasks()).toEqual([]);
  });

  test("what is rolled back is not told", async () => {
    await using opened = await open(kind);
    await opened.insertTask("one");
    const failing = opened.database.transaction().execute(async (transaction) => {
      await transaction.updateTable("tasks").set({ status: "completed" }).where("id", "=", "one").execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await opened.store.countPending()).toBe(0);
    expect(await opened.store.openTasks()).toEqual(["one"]);
  });

  test("of a task one is sent at a time, in order, by one process", async () => {
    await using opened = await open(kind);
    const { store, other } = opened;
    const ids = [await opened.end(), await opened.end(), await opened.end()];
    const claims = await Promise.all([store.claim(8, [], leaseMs), other.claim(8, [], leaseMs)]);
    const first = claims.flat();
    expect(told(first).sort()).toEqual(ids.map((id) => [id, "running"]).sort());
    expect(await store.claim(8, [], leaseMs)).toEqual([]);
    const [one] = first as [ClaimedDelivery];
    expect(await store.finish(one, delivered)).toBe(true);
    expect(told(await other.claim(8, [], leaseMs))).toEqual([[one.taskId, "completed"]]);
  });

  test("a process that is gone loses its lease, and what it says afterwards does not count", async () => {
    await using opened = await open(kind);
    const { store, other, clock } = opened;
    await opened.end();
    const [lost] = (await store.claim(1, [], leaseMs)) as [ClaimedDelivery];
    expect(await other.nextDueAt()).toBe(clock.ms + leaseMs);
    clock.ms += leaseMs;
    const [taken] = (await other.claim(1, [], leaseMs)) as [ClaimedDelivery];
    expect(taken).toMatchObject({ id: lost.id, attempts: 2, triedSince: lost.triedSince });
    expect(await store.finish(lost, delivered)).toBe(false);
    await store.release(lost);
    expect(await store.claim(1, [], leaseMs)).toEqual([]);
    expect(await other.finish(taken, { ...delivered, state: "pending", nextAt: clock.ms + 5 })).toBe(true);
    expect(await store.nextDueAt()).toBe(clock.ms + 5);
  });

  test("what a killed process had under way is due at once when the only process starts again", async () => {
    await using opened = await open(kind);
    await opened.end();
    const [claimed] = (await opened.store.claim(1, [], leaseMs)) as [ClaimedDelivery];
    await opened.store.releaseAll();
    expect(await opened.store.claim(1, [], leaseMs)).toMatchObject([{ id: claimed.id, attempts: 2 }]);
  });

  test("callers that have enough under way are passed over, and what each has waiting is counted", async () => {
    await using opened = await open(kind);
    const { store } = opened;
    for (const caller of ["ann", "ann", "bob"]) await opened.end(caller);
    await opened.insertTask("running", "bob");
    const count = (caller: string, most = 100) => store.countOfCaller(caller, most);
    expect([await count("ann"), await count("bob"), await count("eve")]).toEqual([4, 3, 0]);
    expect(await count("ann", 2)).toBe(2);
    const claimed = await store.claim(8, ["ann"], leaseMs);
    expect(claimed.map(({ caller }) => caller)).toEqual(["bob"]);
  });

  test("those that are over are forgotten after a while, and never those that are pending", async () => {
    await using opened = await open(kind);
    const { store, clock } = opened;
    await opened.end();
    const [one] = (await store.claim(1, [], leaseMs)) as [ClaimedDelivery];
    await store.finish(one, delivered);
    await store.forgetBefore(clock.ms);
    expect(await store.list({ limit: 10 })).toHaveLength(2);
    await store.forgetBefore(clock.ms + 1);
    expect(await store.list({ limit: 10 })).toMatchObject([{ status: "completed", state: "pending" }]);
  });

  test("of two processes that make a secret at once, or replace it, both answer the same one", async () => {
    await using opened = await open(kind);
    const [own, others] = opened.secrets;
    const made = await Promise.all([own.of("ann"), others.of("ann"), own.of("ann")]);
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(1);
    const rotated = await Promise.all([own.rotate("ann"), others.rotate("ann")]);
    const now = await own.of("ann");
    expect(rotated.at(-1)?.secret === now.secret || rotated[0]?.secret === now.secret).toBe(true);
    expect((await own.signing("ann"))[0]).toBe(now.secret);
    expect(await own.signing("ann")).toHaveLength(2);
  });
});
