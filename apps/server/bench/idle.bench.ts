import { setTimeout as delay } from "node:timers/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { startPostgres } from "@oomol/test-helpers/start-postgres";
import pg from "pg";
import { pino } from "pino";
import { type Measurement, round } from "../../../bench/helpers/measure.ts";
import { migrate } from "../src/cluster/schema.ts";
import { OpenedParts } from "../src/serve/opened-parts.ts";
import { startApi } from "../src/serve/start-api.ts";
import { startWorker } from "../src/serve/start-worker.ts";
import { fixturePackages } from "../test/open-test-server.ts";

const [apis, workers] = [4, 8];
const settledMs = 20_000;
const seconds = 60;
const log = pino({ enabled: false });

/** What a cluster asks of its database while nobody asks anything of it. */
export async function measure(): Promise<Measurement> {
  await using opened = Object.assign(new OpenedParts(), { [Symbol.asyncDispose]: () => opened.close() });
  const postgres = await startPostgres({ settings: ["shared_preload_libraries=pg_stat_statements"] });
  opened.add(() => postgres.close());
  const files = await createTemporaryFolder();
  opened.add(async () => files[Symbol.asyncDispose]());
  const database = postgres.urlOf("postgres");
  await migrate(database, log);
  const shared = { database, files: files.path, port: 0, log };
  const own = { packages: [fixturePackages], spareExecutors: 0, drainMs: 0 };
  const starts = [
    ...Array.from({ length: apis }, () => () => startApi(shared)),
    ...Array.from({ length: workers }, () => () => startWorker({ ...shared, ...own })),
  ];
  // One after the other, as processes of several machines start: their clocks do not beat together.
  for (const start of starts) {
    const started = await start();
    opened.add(() => started.close());
    await delay(Math.random() * 1_000);
  }
  await delay(settledMs);

  const admin = new pg.Client(database);
  await admin.connect();
  opened.add(() => admin.end());
  await admin.query("create extension pg_stat_statements");
  await admin.query("select pg_stat_statements_reset()");
  await delay(seconds * 1_000);
  const { rows } = await admin.query<{ statement: string; calls: number }>(
    `select left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as statement, sum(calls)::int as calls from pg_stat_statements
     where query !~ 'pg_stat' group by 1 order by 2 desc`,
  );
  const { rows: connections } = await admin.query<{ count: number }>(
    "select count(*)::int from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  const all = rows.reduce((sum, { calls }) => sum + calls, 0);
  return {
    title: "A cluster at rest",
    note: `${apis} API processes and ${workers} workers with the packages of the tests, in one process, ${seconds} s by pg_stat_statements: ${round(all / seconds)} statements a second in all, and ${connections[0]?.count} connections.`,
    columns: ["statement", "a second"],
    rows: rows.map(({ statement, calls }) => [statement.replaceAll("|", "\\|"), round(calls / seconds)]),
  };
}
