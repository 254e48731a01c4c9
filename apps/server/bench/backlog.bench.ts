import { randomUUID } from "node:crypto";
import { startPostgres, type TestPostgres } from "@oomol/test-helpers/start-postgres";
import type pg from "pg";
import { pino } from "pino";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { openJobQueue, queueOf } from "../src/cluster/job-queue.ts";
import { openPostgres } from "../src/cluster/postgres.ts";
import { migrateDatabase } from "../src/cluster/schema.ts";
import { OpenedParts } from "../src/serve/opened-parts.ts";
import { TaskStore } from "../src/store/task-store.ts";

const backlogs = [100, 5_000, 50_000] as const;
const rounds = 7;
/** Taken, ended and accepted in each round, so that the backlog stays as it is. */
const tasksPerRound = 40;
const block = { blockId: "lab::shout", packageVersion: "0.2.0" };
const log = pino({ enabled: false });

/** What a worker pays to take a task, and a caller to add one, by how many wait. */
export async function measure(): Promise<Measurement> {
  await using opened = Object.assign(new OpenedParts(), { [Symbol.asyncDispose]: () => opened.close() });
  const postgres = await startPostgres({ isDurable: true });
  opened.add(() => postgres.close());
  const places = new Map<string, Awaited<ReturnType<typeof openBacklog>>>();
  for (const size of backlogs) places.set(nameOf(size), await openBacklog(postgres, size, opened));
  const contenders = Object.fromEntries([...places].map(([name, place]) => [name, place.takeAndAdd]));
  const takeMs = await inTurns(contenders, { rounds });
  const rows = [...places].map(([name, { addMs }]) => {
    const own = takeMs[name] ?? [];
    const times = ratios(own, takeMs[nameOf(backlogs[0])] ?? []);
    return [name, medianAndSpread(own), medianAndSpread(times), medianAndSpread(addMs.slice(-rounds))];
  });
  return {
    title: "Taking tasks by how many wait",
    note: `${rounds} rounds in turns, each of ${tasksPerRound} tasks that are accepted, and as many that are taken and ended one after the other, on PostgreSQL ${await versionOf(postgres)} that writes as a real one does; milliseconds for one task. A worker may take 1.5 times as long for a task of 50,000 as for one of 100.`,
    columns: ["tasks that wait", "to take one, ms", "× the fewest", "to accept one, ms"],
    rows,
  };
}

const nameOf = (size: number) => size.toLocaleString("en");

async function openBacklog(postgres: TestPostgres, size: number, opened: OpenedParts) {
  const admin = openPostgres(postgres.urlOf("postgres"), 1, log);
  await admin.pool.query(`create database backlog_${size}`).finally(() => admin.database.destroy());
  const own = openPostgres(postgres.urlOf(`backlog_${size}`), 2, log, { statementTimeoutMs: 60_000 });
  opened.add(() => own.database.destroy());
  await migrateDatabase(own);
  const jobs = await openJobQueue(own, { attempts: 3, lostAfterSeconds: 600, log });
  opened.add(() => jobs.close());
  const store = new TaskStore(own.database.withTables(), { queue: jobs });
  const queue = queueOf(block);
  const add = () => store.create({ ...block, id: randomUUID(), inputValues: [], inputs: {} });
  await add();
  await multiply(own.pool, size);
  const addMs: number[] = [];

  const take = async () => {
    const { claimed } = await store.claimQueued(queue, 1);
    const [task] = claimed;
    if (task === undefined) throw new Error("A task that waits was not found.");
    return task;
  };
  return {
    addMs,
    async takeAndAdd() {
      const startedMs = performance.now();
      for (let made = 0; made < tasksPerRound; made += 1) await add();
      const addedMs = performance.now();
      addMs.push((addedMs - startedMs) / tasksPerRound);
      let tookMs = 0;
      for (let taken = 0; taken < tasksPerRound; taken += 1) {
        const beganMs = performance.now();
        const { id } = await take();
        tookMs += performance.now() - beganMs;
        await store.writer.setStatus(id, "completed", "s");
      }
      return tookMs / tasksPerRound;
    },
  };
}

/** The one task that waits becomes as many, each in the next round of its caller, as if it had been accepted later. */
async function multiply(pool: pg.Pool, size: number): Promise<void> {
  await pool.query(
    `with fresh as materialized (select n, gen_random_uuid() as id from generate_series(1, $1::int) as n),
     job as (
       insert into pgboss.job
       select (made.job).* from (
         select jsonb_populate_record(one, jsonb_build_object('id', fresh.id, 'priority', -n,
                  'created_on', one.created_on + n * interval '1 ms', 'data', jsonb_build_object('taskId', fresh.id))) as job
         from pgboss.job as one, fresh offset 0) as made)
     insert into tasks (id, status, block_id, package_version, input_values, inputs, created_at, updated_at)
     select fresh.id::text, status, block_id, package_version, input_values, inputs, created_at + n, updated_at + n from tasks, fresh`,
    [size - 1],
  );
  await pool.query("analyze");
}

async function versionOf(postgres: TestPostgres): Promise<string> {
  const { pool, database } = openPostgres(postgres.urlOf("postgres"), 1, log);
  const { rows } = await pool.query("show server_version").finally(() => database.destroy());
  return String(rows[0].server_version).split(" ")[0] ?? "";
}
