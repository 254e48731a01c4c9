import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { openJobQueue, queueOf } from "../../src/cluster/job-queue.ts";
import { openPostgres } from "../../src/cluster/postgres.ts";
import { JsonText } from "../../src/json-text.ts";
import { OpenedParts } from "../../src/serve/opened-parts.ts";
import { TaskStore } from "../../src/store/task-store.ts";
import { makeTestDatabase } from "./test-database.ts";

const block = { blockId: "lab::shout", packageVersion: "1.0.0" };
const queue = queueOf(block);
const event = { type: "BlockOutput", output: 1 };
const log = { sessionId: "s", nodeId: null, type: event.type, event };

const newTask = () => ({ ...block, id: randomUUID(), inputValues: [], inputs: { text: "x" } });

test("a task whose idempotency key is taken leaves no job", async () => {
  await using cluster = await open();
  const idempotency = { caller: "", key: "once", fingerprint: "f" };
  const first = newTask();
  expect(await cluster.store.create({ ...first, idempotency })).toMatchObject({ id: first.id });
  expect(await cluster.store.create({ ...newTask(), idempotency })).toBeUndefined();
  expect(await cluster.jobs()).toEqual([first.id]);
});

test("a task that is created again, since the first answer was lost, has one job", async () => {
  await using cluster = await open();
  const task = newTask();
  for (let time = 0; time < 2; time += 1) {
    expect(await cluster.store.create(task)).toMatchObject({ id: task.id });
  }
  expect(await cluster.jobs()).toEqual([task.id]);
});

test("tasks are claimed in the order of acceptance, as many as are asked for, and by one process", async () => {
  await using cluster = await open();
  const tasks = [newTask(), newTask(), newTask()];
  for (const task of tasks) await cluster.store.create(task);
  const [first, second] = await Promise.all([
    cluster.store.claimQueued(queue, 2),
    cluster.other.claimQueued(queue, 2),
  ]);
  expect(first.seen + second.seen).toBe(3);
  const ids = [first, second].map(({ claimed }) => claimed.map(({ id }) => id));
  for (const own of ids) expect(own).toEqual(tasks.map(({ id }) => id).filter((id) => own.includes(id)));
  expect(ids.flat().sort()).toEqual(tasks.map(({ id }) => id).sort());
  expect(first.claimed.concat(second.claimed)[0]).toMatchObject({
    inputs: new JsonText(JSON.stringify({ text: "x" })),
    status: "pending",
  });
});

test("a claim whose answer was lost is found again, by its own process and only while it holds", async () => {
  await using cluster = await open();
  const [known, lost, taken, over] = [newTask(), newTask(), newTask(), newTask()];
  for (const task of [known, lost, taken, over]) await cluster.store.create(task);
  await cluster.store.claimQueued(queue, 4);
  await cluster.other.writer.claim([taken.id]); // as one of an earlier version would, which leaves no name
  await cluster.query(`update tasks set status = 'stopped' where id = '${over.id}'`);
  expect(await cluster.other.recoverClaims(queue, [], 9)).toEqual([]);
  expect(await cluster.store.recoverClaims(queue, [known.id], 9)).toMatchObject([{ id: lost.id }]);
  void cluster.store.writer.appendLog(lost.id, log);
  expect(await cluster.store.writer.setStatus(lost.id, "running", "s")).toBe(true);
  expect(await cluster.store.recoverClaims(queue, [known.id], 9)).toMatchObject([{ id: lost.id }]);
  void cluster.store.writer.appendLog(lost.id, log);
  expect(await cluster.store.writer.setStatus(lost.id, "completed", "s")).toBe(true);
  expect((await cluster.store.listLogs(lost.id)).map(({ id }) => id)).toEqual([1, 2]);
  await cluster.query(`update pgboss.job set state = 'retry' where id = '${known.id}'`);
  expect(await cluster.store.recoverClaims(queue, [], 9)).toEqual([]); // anybody may take it
});

test("of a batch only what belongs to claims that hold is written", async () => {
  await using cluster = await open();
  const [lost, kept] = [newTask(), newTask()];
  for (const task of [lost, kept]) await cluster.store.create(task);
  await cluster.store.claimQueued(queue, 2);
  await cluster.other.writer.claim([lost.id]);
  for (const { id } of [lost, kept]) void cluster.store.writer.appendLog(id, log);
  const written = await Promise.all(
    [lost, kept].map(({ id }) => cluster.store.writer.setStatus(id, "completed", "s")),
  );
  expect(written).toEqual([false, true]);
  expect(await cluster.store.get(lost.id)).toMatchObject({ status: "pending", sessionId: null });
  expect(await cluster.store.listLogs(lost.id)).toEqual([]);
  expect(await cluster.store.get(kept.id)).toMatchObject({ status: "completed", sessionId: "s" });
  expect(await cluster.store.listLogs(kept.id)).toMatchObject([{ id: 1, event: JSON.stringify(event) }]);
  expect(await cluster.jobs()).toEqual([lost.id]);
});

test("a task that ends at once is written once, with its logs", async () => {
  await using cluster = await open();
  const task = newTask();
  await cluster.store.create(task);
  await cluster.store.claimQueued(queue, 1);
  const running = cluster.store.writer.setStatus(task.id, "running", "s");
  void cluster.store.writer.appendLog(task.id, log);
  void cluster.store.writer.appendLog(task.id, log);
  const ended = cluster.store.writer.setStatus(task.id, "completed", "s");
  expect(await Promise.all([running, ended])).toEqual([true, true]);
  expect(cluster.writes()).toBe(1);
  expect((await cluster.store.listLogs(task.id)).map(({ id }) => id)).toEqual([1, 2]);
});

test("what a task says is written before it ends", async () => {
  await using cluster = await open();
  const task = newTask();
  await cluster.store.create(task);
  await cluster.store.claimQueued(queue, 1);
  expect(await cluster.store.writer.setStatus(task.id, "running", "s")).toBe(true);
  expect(await cluster.other.get(task.id)).toMatchObject({ status: "running", sessionId: "s" });
  const changed = new Promise<void>((resolve) => void cluster.store.changes.listen(task.id, () => resolve()));
  void cluster.store.writer.appendLog(task.id, log);
  await changed;
  expect(await cluster.other.listLogs(task.id)).toMatchObject([{ id: 1, event: JSON.stringify(event) }]);
});

test("the end of a task does not wait for its job, which somebody else may hold", async () => {
  await using cluster = await open();
  const task = newTask();
  await cluster.store.create(task);
  await cluster.store.claimQueued(queue, 1);
  await cluster.transaction(async (query) => {
    await query(`select from pgboss.job where id = '${task.id}' for update`);
    expect(await cluster.store.writer.setStatus(task.id, "completed", "s")).toBe(true);
  });
  expect(await cluster.jobs()).toEqual([task.id]);
});

test("the job of a task that has ended is taken out by whoever fetches it, and the task does not run", async () => {
  await using cluster = await open();
  const [ended, waiting] = [newTask(), newTask()];
  for (const task of [ended, waiting]) await cluster.store.create(task);
  // As it is left when somebody else held the job.
  await cluster.query(`update tasks set status = 'completed' where id = '${ended.id}'`);
  const { claimed, seen } = await cluster.store.claimQueued(queue, 2);
  expect(claimed.map(({ id }) => id)).toEqual([waiting.id]);
  expect(seen).toBe(2);
  expect(await cluster.jobs()).toEqual([waiting.id]);
});

test("a connection plans the statements of a task once", async () => {
  await using cluster = await open({ connections: 1 });
  for (let time = 0; time < 2; time += 1) {
    const { id } = newTask();
    await cluster.store.create({ ...newTask(), id });
    await cluster.store.claimQueued(queue, 1);
    void cluster.store.writer.appendLog(id, log);
    await cluster.store.writer.setStatus(id, "completed", "s");
    await cluster.store.get(id);
  }
  const planned = await cluster.query(
    "select substr(statement, 1, 11) as id from pg_prepared_statements where generic_plans + custom_plans = 2 order by 1",
  );
  expect(planned.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['select "id"', "with given ", "with job as", "with turn a"]),
  );
});

/** Two processes of a cluster, without anything that runs tasks. */
async function open({ connections = 2 } = {}) {
  const database = await makeTestDatabase();
  const opened = new OpenedParts();
  opened.add(() => database[Symbol.asyncDispose]());
  const openStore = async () => {
    const quiet = pino({ enabled: false });
    const postgres = openPostgres(database.url, connections, quiet);
    opened.add(() => postgres.database.destroy());
    const jobs = await openJobQueue(postgres, { attempts: 3, lostAfterSeconds: 10, log: quiet });
    opened.add(() => jobs.close());
    return { postgres, store: new TaskStore(postgres.database.withTables(), { queue: jobs }) };
  };
  const [{ postgres, store }, { store: other }] = [await openStore(), await openStore()];
  const queries = vi.spyOn(postgres.pool, "query");
  const query = async (text: string) => (await postgres.pool.query<{ id: string }>(text)).rows;
  return {
    store,
    other,
    query,
    async transaction(act: (query: (text: string) => Promise<unknown>) => Promise<void>) {
      const client = await postgres.pool.connect();
      try {
        await client.query("begin");
        await act((text) => client.query(text));
        await client.query("commit");
      } finally {
        client.release();
      }
    },
    jobs: async () => (await query("select id from pgboss.job order by created_on")).map(({ id }) => id),
    writes: () => queries.mock.calls.filter(([first]) => JSON.stringify(first).includes("with given")).length,
    [Symbol.asyncDispose]: () => opened.close(),
  };
}
