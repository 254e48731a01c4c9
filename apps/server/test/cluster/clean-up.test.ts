import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { doAlone } from "../../src/cluster/do-alone.ts";
import { openPostgres } from "../../src/cluster/postgres.ts";
import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { startClusterProcess } from "./cluster-process.ts";
import { openTestCluster } from "./open-test-cluster.ts";
import { makeTestDatabase } from "./test-database.ts";

test("the next process removes the scratch directory of one that was killed, and no other", async () => {
  await using database = await makeTestDatabase();
  await using files = await makeDataDirectory();
  await using scratch = await makeDataDirectory();
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: database.url, OOMOL_CONNECT_FILES: files.path };
  const flags = ["--port", "0", "--data", scratch.path];
  const startWorker = () => startClusterProcess(["worker", "--packages", fixturePackages, ...flags], env);
  await mkdir(scratch.path, { recursive: true });
  await mkdir(join(scratch.path, "connect-server-of-another-machine"));
  const others = await readdir(scratch.path);
  const own = async () => (await readdir(scratch.path)).filter((name) => !others.includes(name));

  const api = await startClusterProcess(["api", ...flags], env);
  const ofApi = await own();
  const killed = await startWorker();
  const all = await own();
  expect([ofApi.length, all.length]).toEqual([1, 2]);
  killed.child.kill("SIGKILL");
  await killed.exited;
  expect(await own()).toEqual(all);

  const next = await startWorker();
  try {
    const now = await own();
    expect(now).toHaveLength(2);
    expect(now).toEqual(expect.arrayContaining(ofApi));
    expect(now.filter((name) => all.includes(name))).toEqual(ofApi);
  } finally {
    for (const { child } of [api, next]) child.kill("SIGTERM");
  }
  expect(await Promise.all([api.exited, next.exited])).toEqual([0, 0]);
  expect(await readdir(scratch.path)).toEqual(others);
});

test("old tasks are forgotten with their logs and files, however many there are", async () => {
  await using cluster = await openTestCluster();
  const client = new pg.Client(cluster.databaseUrl);
  await client.connect();
  try {
    await client.query(`
      insert into tasks (id, status, block_id, package_version, session_id, input_values, inputs, created_at, updated_at)
      select 'old-' || n, 'completed', 'lab::shout', '0.2.0', 'session-' || n, '[]', '{}', n, n from generate_series(1, 1200) n;
      insert into task_logs (task_id, id, session_id, type, event, created_at)
      select 'old-' || n, log, 'session-' || n, 'BlockLog', '{}', 1 from generate_series(1, 1200) n, generate_series(1, 10) log;
      insert into task_logs (task_id, id, session_id, type, event, created_at)
      select 'old-7', log, 'session-7', 'BlockLog', '{}', 1 from generate_series(11, 12000) log`);
    const file = join(cluster.filesDirectory, "sessions", "session-1200", "x.txt");
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, "x");
    const newer = await cluster.start("lab::shout", { text: "x" });
    expect(await cluster.waitForEnd(newer)).toMatchObject({ status: "completed" });

    const dayMs = 86_400_000;
    await Promise.all([cluster.openApi({ keepMs: dayMs }), cluster.openApi({ keepMs: dayMs })]);
    const count = async (table: string) =>
      (await client.query(`select count(*)::int from ${table}`)).rows[0].count;
    await expect.poll(() => count("tasks")).toBe(1);
    expect(await count("task_logs")).toBe((await cluster.logs(newer)).length);
    expect(await readdir(join(cluster.filesDirectory, "sessions"))).not.toContain("session-1200");
  } finally {
    await client.end();
  }
});

test("what one process does alone, another does not do meanwhile", async () => {
  await using database = await makeTestDatabase();
  const postgres = openPostgres(database.url, 1, pino({ enabled: false }));
  const inner: boolean[] = [];
  const attempt = (run: () => Promise<void>) => doAlone(postgres, 42, run);
  const isDone = await attempt(async () => {
    inner.push(await attempt(async () => expect.unreachable()));
  });
  expect([isDone, inner]).toEqual([true, [false]]);
  expect(await attempt(async () => undefined)).toBe(true);
  await postgres.database.destroy();
});
