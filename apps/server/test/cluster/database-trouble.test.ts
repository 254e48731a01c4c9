import { randomUUID } from "node:crypto";
import pg from "pg";
import { expect, test } from "vitest";
import { startApi } from "../../src/serve/start-api.ts";
import { fixturePackages, makeDataDirectory, TestClient } from "../open-test-server.ts";
import { openTestCluster } from "./open-test-cluster.ts";
import { makeTestDatabase } from "./test-database.ts";

/** An API process on a database of its own, and somebody who administers it. */
async function openApi(user = "postgres") {
  const database = await makeTestDatabase();
  const files = await makeDataDirectory();
  const admin = new pg.Client(database.url);
  await admin.connect();
  const query = (text: string) => admin.query(text);
  if (user !== "postgres") {
    await query(`create role ${user} login`);
    for (const schema of ["public", "pgboss"]) {
      await query(
        `grant all on schema ${schema} to ${user}; grant all on all tables in schema ${schema} to ${user}`,
      );
      await query(`grant all on all functions in schema ${schema} to ${user}`);
    }
  }
  const url = Object.assign(new URL(database.url), { username: user }).href;
  const api = await startApi({
    database: url,
    files: files.path,
    port: 0,
    statementTimeoutMs: 1_000,
    patienceMs: 500,
  });
  return {
    client: new TestClient(api.url),
    query,
    cut: () => query(cutOthers),
    async [Symbol.asyncDispose]() {
      await query(`alter role ${user} connection limit -1`);
      await api.close();
      if (user !== "postgres") await query(`drop owned by ${user}; drop role ${user}`);
      await admin.end();
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

const cutOthers =
  "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

async function seen(answer: Response) {
  const { message } = (await answer.json()) as { message: string };
  return { status: answer.status, retryAfter: answer.headers.get("Retry-After"), message };
}

const passing = (message: string) => ({ status: 503, retryAfter: "5", message: `${message} Try again.` });

test("a database that takes too long is trouble that passes", async () => {
  await using api = await openApi();
  await api.query("begin; lock table tasks in access exclusive mode");
  expect(await seen(await api.client.request("/v1/tasks/none"))).toEqual(
    passing("The server's database took too long to answer."),
  );
  await api.query("rollback");
  expect((await api.client.request("/v1/tasks/none")).status).toBe(404);
});

test("a database that takes no more connections is trouble that passes", async () => {
  const user = `user_${randomUUID().slice(0, 8)}`;
  await using api = await openApi(user);
  expect((await api.client.request("/v1/tasks/none")).status).toBe(404);
  await api.query(`alter role ${user} connection limit 0`);
  await api.cut();
  expect(await seen(await api.client.request("/v1/tasks/none"))).toEqual(
    passing("The server's database has no room for more connections or memory at the moment."),
  );
});

test("a database that has become a read-only replica is trouble that passes", async () => {
  await using cluster = await openTestCluster({ packages: [fixturePackages] });
  const id = await cluster.start("lab::shout", { text: "x" });
  await cluster.waitForEnd(id);
  const admin = new pg.Client(cluster.databaseUrl);
  await admin.connect();
  try {
    const name = new URL(cluster.databaseUrl).pathname.slice(1);
    await admin.query(`alter database ${name} set default_transaction_read_only = on`);
    await admin.query(cutOthers);
    expect(await seen(await cluster.create("lab::shout", { text: "x" }))).toEqual(
      passing("The server's database takes no writes at the moment: it is a read-only replica."),
    );
    await admin.query("set default_transaction_read_only = off");
    await admin.query(`alter database ${name} set default_transaction_read_only = off`);
    // Without a restart: what could not write is not used again.
    await expect.poll(async () => (await cluster.create("lab::shout", { text: "x" })).status).toBe(200);
  } finally {
    await admin.end();
  }
});

test("a task that starts while the database takes no writes is told to run once it does", async () => {
  await using cluster = await openTestCluster({ packages: [fixturePackages] });
  const admin = new pg.Client(cluster.databaseUrl);
  await admin.connect();
  try {
    await admin.query(refuseStarts);
    const id = await cluster.start("lab::hang");
    const isRefused = async () => (await admin.query("select is_called from refusals")).rows[0].is_called;
    await expect.poll(isRefused).toBe(true);
    await admin.query("drop trigger refuse_start on tasks");
    await expect
      .poll(() => cluster.getJson(`/v1/tasks/${id}`))
      .toMatchObject({ task: { status: "running" } });
    await cluster.request(`/v1/tasks/${id}/stop`, { method: "POST" });
    expect(await cluster.waitForEnd(id)).toMatchObject({ status: "stopped" });
  } finally {
    await admin.end();
  }
});

/** As a replica does between a failover and its promotion; a sequence counts what was rolled back, too. */
const refuseStarts = `
  create sequence refusals;
  create function refuse() returns trigger language plpgsql as $$ begin
    perform nextval('refusals');
    raise exception 'cannot execute UPDATE in a read-only transaction' using errcode = '25006';
  end $$;
  create trigger refuse_start before update on tasks for each row when (new.status = 'running') execute function refuse();
`;
