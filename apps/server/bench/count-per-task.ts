import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { round } from "../../../bench/helpers/measure.ts";
import type { startBuiltCluster } from "./start-built-cluster.ts";

const tasks = 30;
const idleMs = 6_000;

interface Counted {
  statements: number;
  transactions: number;
  notices: number;
  noticeBytes: number;
  rows: number;
  walKib: number;
}

/** What a task costs the database: its own log of statements, its notices, the rows of its tables, and its WAL. */
export async function countPerTask({
  url,
  postgres,
  startApi,
  startWorker,
}: Awaited<ReturnType<typeof startBuiltCluster>>): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  let [statements, transactions, notices, noticeBytes] = [0, 0, 0, 0];
  const countLog = (text: string) => {
    statements += text.match(/LOG: {2}(statement|execute [^:]+):/g)?.length ?? 0;
    transactions += text.match(/LOG: {2}(statement|execute [^:]+): begin/gi)?.length ?? 0;
  };
  client.on("notification", ({ payload = "" }) => {
    notices += 1;
    noticeBytes += payload.length;
  });
  await client.query("listen connect_changed; listen connect_queued; listen connect_stop");
  await client.query("alter database postgres set log_statement = 'all'"); // of connections from now on
  postgres.stderr?.on("data", countLog);

  const read = async (): Promise<Counted> => {
    const { rows } = await client.query(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 / 1024 as kib,
              sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid))::float8 as rows
       from pg_class where relname in ('tasks', 'task_logs', 'job_common')`,
    );
    return { statements, transactions, notices, noticeBytes, rows: rows[0].rows, walKib: rows[0].kib };
  };
  try {
    const worker = await startWorker();
    const api = await startApi();
    let idle: Counted;
    let idleEnd: Counted;
    let tookMs: number;
    try {
      await api.client.waitForEnd(await api.client.start("measured::nothing"));
      await delay(12_000); // backends report rows at most 10 s late
      idle = await read();
      await delay(idleMs);
      idleEnd = await read();
      const startedMs = performance.now();
      for (let run = 0; run < tasks; run += 1) {
        await api.client.waitForEnd(await api.client.start("measured::nothing"));
      }
      tookMs = performance.now() - startedMs;
    } finally {
      await worker[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    }
    const end = await read();
    const of = (name: keyof Counted) =>
      (end[name] - idleEnd[name] - ((idleEnd[name] - idle[name]) * tookMs) / idleMs) / tasks;
    return [
      `${round(of("statements"), 1)} statements, ${round(of("transactions"), 1)} of which open a transaction`,
      `${round(of("notices"), 1)} notices of ${round(of("noticeBytes") / of("notices"), 0)} bytes`,
      `${round(of("rows"), 1)} rows written (tasks, logs, jobs), ${round(of("walKib"), 1)} KiB of WAL`,
      `idle, ${round(((idleEnd.statements - idle.statements) * 1_000) / idleMs, 1)} statements a second`,
    ].join("; ");
  } finally {
    postgres.stderr?.off("data", countLog);
    await client.end();
  }
}
