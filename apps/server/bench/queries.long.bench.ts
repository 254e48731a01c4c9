import { randomUUID } from "node:crypto";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import { pino } from "pino";
import type { Measurement } from "../../../bench/helpers/measure.ts";
import { createClusterCatalog } from "../src/cluster/cluster-catalog.ts";
import { openJobQueue, queueOf } from "../src/cluster/job-queue.ts";
import { createWorkerList } from "../src/cluster/list-workers.ts";
import { openPostgres } from "../src/cluster/postgres.ts";
import { migrateDatabase } from "../src/cluster/schema.ts";
import { createWorkerRegistry } from "../src/cluster/worker-registry.ts";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { readFailures, readQueue } from "../src/store/operating-queries.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { fixturePackages } from "../test/open-test-server.ts";
import { openExplained, type StatementPlan } from "./capture-plans.ts";
import { fillTasks, logsOfTask } from "./fill-tasks.ts";

const sizes = [1_000, 1_000_000] as const;
const unfinished = 300;
const block = { id: "lab::shout", version: "0.2.0" };

/** How PostgreSQL goes about each statement of API processes and workers, where it stores few tasks and where many. */
export async function measure(): Promise<Measurement> {
  await using postgres = Object.assign(await startPostgres(), {
    [Symbol.asyncDispose]: () => postgres.close(),
  });
  const seen = [];
  for (const size of sizes) {
    await administer(postgres.urlOf("postgres"), `create database tasks_${size}`);
    seen.push(await plansAt(postgres.urlOf(`tasks_${size}`), size));
  }
  const [few = new Map(), many = new Map()] = seen;
  const operations = [...new Set([...few.keys(), ...many.keys()])];
  const rows = operations.flatMap((operation) => {
    const [one, other] = [few.get(operation) ?? [], many.get(operation) ?? []];
    const statements = [...new Set([...one, ...other].map(({ statement }) => statement))];
    return statements.map((statement) => [
      operation,
      statement,
      scansOf(one, statement),
      scansOf(other, statement),
    ]);
  });
  const growing = rows.filter(([, , , large = ""]) => /Seq Scan (tasks|task_logs)\b/.test(large));
  return {
    title: "Plans of the cluster's queries",
    note: `Every statement that the parts of API processes and workers send, as PostgreSQL ran it (auto_explain), with ${sizes.map((size) => size.toLocaleString("en")).join(" and ")} stored tasks of ${logsOfTask} logs each, of which ${unfinished} wait. After each name the rows that the planner expects. Statements that read all of \`tasks\` or \`task_logs\` at the larger size: ${growing.length === 0 ? "none" : growing.map(([operation, statement]) => `${operation} (${statement})`).join(", ")}.`,
    columns: ["what", "statement", ...sizes.map((size) => `${size.toLocaleString("en")} tasks`)],
    rows,
  };
}

function scansOf(plans: readonly StatementPlan[], statement: string): string {
  const scans = plans.filter((plan) => plan.statement === statement).map((plan) => plan.scans);
  return [...new Set(scans)].join(" or ") || "not sent";
}

async function administer(url: string, statement: string): Promise<void> {
  const { pool, database } = openPostgres(url, 1, pino({ enabled: false }));
  await pool.query(statement).finally(() => database.destroy());
}

async function plansAt(url: string, size: number): Promise<Map<string, StatementPlan[]>> {
  const log = pino({ enabled: false });
  const plain = openPostgres(url, 2, log);
  await migrateDatabase(plain);
  const plainJobs = await openJobQueue(plain, { attempts: 3, lostAfterSeconds: 20, log });
  const plainStore = new TaskStore(plain.database.withTables(), { queue: plainJobs });
  await fillTasks({ pool: plain.pool, store: plainStore }, { ended: size - unfinished, unfinished, block });
  await plainJobs.close();
  await plain.database.destroy();

  // pg-boss watches on connections of its own, so that it does not come between.
  const watching = openExplained(url, 2);
  const postgres = openExplained(url, 2);
  const queue = { pool: postgres.pool, openPool: watching.openPool };
  const jobs = await openJobQueue(queue, { attempts: 3, lostAfterSeconds: 20, log });
  await jobs.handleGivenUp(async () => undefined);
  try {
    const plans = await askEverything(postgres, jobs);
    await jobs.tidy();
    return plans.set("tidying up, every 5 min, and when a worker is lost", watching.plans);
  } finally {
    await jobs.close();
    await watching.database.destroy();
    await postgres.database.destroy();
  }
}

async function askEverything(
  { pool, database, plans }: ReturnType<typeof openExplained>,
  jobs: Awaited<ReturnType<typeof openJobQueue>>,
): Promise<Map<string, StatementPlan[]>> {
  const log = pino({ enabled: false });
  const store = new TaskStore(database.withTables(), { queue: jobs, listLimit: 1_000 });
  const { rows } = await pool.query(
    "select id from tasks where status = 'completed' order by sequence limit 1 offset 300",
  );
  const endedId = String(rows[0].id);
  const found = new Map<string, StatementPlan[]>();
  const ask = async <Result>(operation: string, run: () => Promise<Result>): Promise<Result> => {
    plans.length = 0;
    const result = await run();
    found.set(operation, [...plans]);
    return result;
  };
  const task = {
    id: randomUUID(),
    blockId: block.id,
    packageVersion: block.version,
    inputValues: [],
    inputs: {},
  };
  const queue = queueOf(task);
  const registry = createWorkerRegistry({ database }, createPackageCatalog([fixturePackages], log), 2, log);

  await ask("a worker's presence and look, every 5 s", () => registry.beat(0, [queue]));
  await ask("watching over jobs, every 3 s", () => jobs.watch());
  await ask("list blocks", () => createClusterCatalog({ database }, { retry: (run) => run(), log }).list());
  await ask("create", () =>
    store.create({ ...task, idempotency: { caller: "", key: "new", fingerprint: "x" } }),
  );
  await ask("create again with its key", () =>
    store.create({ ...task, id: randomUUID(), idempotency: { caller: "", key: "new", fingerprint: "x" } }),
  );
  await ask("find by idempotency key", () => store.findByKey({ caller: "", key: "key-7", fingerprint: "" }));
  await ask("get", () => store.get(endedId));
  await ask("list newest", () => store.list());
  await ask("logs after", () => store.listLogs(endedId, 1));
  await ask("count by status (/metrics)", () => store.countByStatus(true));
  await ask("what waits and runs (status)", () => readQueue(database.withTables()));
  await ask("failures of a day (status)", () => readFailures(database.withTables(), Date.now() - 86_400_000));
  await ask("workers (status)", createWorkerList({ database }));
  const { claimed: tasks } = await ask("claim", () => store.claimQueued(queue, 3));
  const [claimed, other, third] = tasks;
  if (!claimed || !other || !third) throw new Error("Three tasks were to be taken.");
  await ask("append a log", async () => {
    void store.writer.appendLog(claimed.id, { sessionId: "s", nodeId: null, type: "BlockOutput", event: {} });
    await store.listLogs(claimed.id, 0); // waits until it is written
  });
  await ask("running", () => store.writer.setStatus(claimed.id, "running", "s"));
  await ask("heartbeat, every 2.5 s", () => store.writer.checkClaims());
  await ask("end", () => store.writer.setStatus(claimed.id, "completed"));
  await ask("claim again what was lost", () => store.writer.claim([other.id]));
  await ask("request a stop", () => store.requestStop(other.id));
  await ask("end without the worker", () => store.writer.end(other.id, "stopped", { reason: "x" }));
  await ask("stop what nobody took", () => store.writer.end(task.id, "stopped", { unclaimedOnly: true }));
  await jobs.touch([third]);
  await jobs.giveBack(third);
  await ask("retention: look", () => store.listEndedBefore(200_000, 200));
  await ask("retention: forget", () => store.remove(endedId));
  await ask("a worker leaves", () => registry.leave());
  return found;
}
