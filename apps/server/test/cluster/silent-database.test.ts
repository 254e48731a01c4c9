import { createFaultPlan, openTcpFaultProxy } from "@oomol/fault-proxy";
import pg from "pg";
import pino from "pino";
import { expect, test } from "vitest";
import { openNotices } from "../../src/cluster/notices.ts";
import { openPostgres } from "../../src/cluster/postgres.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory, refusalOf, TestClient } from "../open-test-server.ts";
import { startClusterProcess } from "./cluster-process.ts";
import { makeTestDatabase } from "./test-database.ts";

const spared = { seed: 1, share: 0, kinds: ["reset" as const] };

/** A database behind a proxy that can swallow everything, as a firewall does, and the bounds that a test can wait for. */
async function openSilenceable() {
  const database = await makeTestDatabase();
  const files = await makeDataDirectory();
  const port = Number(new URL(database.url).port);
  const proxy = await openTcpFaultProxy({
    target: { host: "127.0.0.1", port },
    plan: createFaultPlan(spared),
  });
  const proxied = Object.assign(new URL(database.url), { host: `127.0.0.1:${proxy.port}` }).href;
  return {
    proxy,
    direct: { database: database.url, files: files.path, port: 0 },
    silenceable: {
      database: proxied,
      files: files.path,
      port: 0,
      statementTimeoutMs: 2_000,
      patienceMs: 1_500,
    },
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await database[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

const own = {
  packages: [fixturePackages],
  concurrency: 2,
  spareExecutors: 0,
  executorReadyTimeoutMs: 20_000,
};

test("a worker whose connections have fallen silent says so, and takes tasks again once new ones work", async () => {
  await using place = await openSilenceable();
  const api = await startApi(place.direct);
  const worker = await startWorker({ ...place.silenceable, ...own, drainMs: 0, deafAfterMs: 5_000 });
  const client = new TestClient(api.url);
  const readiness = async () => (await fetch(`${worker.url}/readyz`)).status;
  try {
    const first = await client.start("lab::shout", { text: "x" });
    expect(await client.waitForEnd(first)).toMatchObject({ status: "completed" });
    expect(await readiness()).toBe(200);
    place.proxy.silence();
    const waiting = await client.start("lab::shout", { text: "x" });
    await expect.poll(readiness).toBe(503);
    place.proxy.endSilence();
    expect(await client.waitForEnd(waiting)).toMatchObject({ status: "completed" });
    const last = await client.start("lab::shout", { text: "x" });
    expect(await client.waitForEnd(last)).toMatchObject({ status: "completed" });
    await expect.poll(readiness).toBe(200);
  } finally {
    await worker.close();
    await api.close();
  }
});

test("a worker whose claim was made, but not answered, finds its task again and runs it once", async () => {
  await using place = await openSilenceable();
  const api = await startApi({ ...place.direct, lostAfterSeconds: 600 }); // so that nobody else takes it
  const packages = [`${fixturePackages}/lab`]; // one queue, so that each claim is one of the task
  const worker = await startWorker({ ...place.silenceable, ...own, packages, drainMs: 0 });
  const client = new TestClient(api.url);
  const admin = new pg.Client(place.direct.database);
  await admin.connect();
  const attempts = async (id: string) =>
    (await admin.query("select attempt from tasks where id = $1", [id])).rows[0].attempt;
  try {
    place.proxy.silenceAnswersTo("attempt = attempt + 1");
    const id = await client.start("lab::shout", { text: "x" });
    await expect.poll(() => attempts(id)).toBe(1);
    place.proxy.endSilence();
    expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
    const sessions = (await client.logs(id)).filter(({ type }) => type === "SessionStarted");
    expect([await attempts(id), sessions.length]).toEqual([1, 1]);
  } finally {
    place.proxy.endSilence();
    await admin.end();
    await worker.close();
    await api.close();
  }
});

test("a notice that meets a silent connection comes by another", async () => {
  await using place = await openSilenceable();
  const log = pino({ enabled: false });
  const teller = openPostgres(place.silenceable.database, 2, log, { statementTimeoutMs: 1_000 });
  const hearer = openPostgres(place.direct.database, 2, log);
  const [telling, hearing] = [openNotices(teller, log), openNotices(hearer, log)];
  try {
    const heard = new Promise<string>((resolve) => hearing.onNotice("changed", resolve));
    await hearing.listen(["changed"]);
    await teller.pool.query("select 1"); // its connection is idle now, and is taken first
    place.proxy.silence();
    place.proxy.endSilence();
    telling.send("changed", "a-task");
    expect(await heard).toBe("a-task");
  } finally {
    await telling.close();
    await hearing.close();
    await Promise.all([teller.pool.end(), hearer.pool.end()]);
  }
});

test.each([
  ["an API process", startApi],
  ["a worker", startWorker],
])("%s whose database falls silent while it starts says which database it is", async (_name, start) => {
  await using place = await openSilenceable();
  const { host, pathname } = new URL(place.silenceable.database);
  place.proxy.silenceAnswersTo("pg_backend_pid");
  await expect(start({ ...place.silenceable, ...own })).rejects.toThrow(
    `The database ${host}${pathname} could not be used: Query read timeout. Does it run,`,
  );
});

test("requests whose connections have fallen silent are answered 503, to be tried again", async () => {
  await using place = await openSilenceable();
  const api = await startApi(place.silenceable);
  const client = new TestClient(api.url);
  try {
    expect((await client.request("/v1/tasks/none")).status).toBe(404);
    place.proxy.silence();
    const caught = await Promise.all([
      ...["/v1/tasks/none", "/v1/tasks?limit=1", "/v1/tasks/none/logs"].map((path) => client.request(path)),
      client.create("lab::shout", { text: "x" }),
    ]);
    for (const answer of caught) {
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(await refusalOf(answer)).toEqual({
        status: 503,
        message: "The server's database does not answer at the moment. Try again.",
      });
    }
    place.proxy.endSilence();
    expect((await client.request("/v1/tasks/none")).status).toBe(404);
  } finally {
    await api.close();
  }
});

test.each([
  ["an API process", ["api"]],
  ["a worker", ["worker", "--packages", fixturePackages, "--drain-seconds", "0"]],
])("%s that is told to end does so while its database is silent", async (_name, args) => {
  await using place = await openSilenceable();
  const { database, files } = place.silenceable;
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: database, OOMOL_CONNECT_FILES: files };
  const started = await startClusterProcess([...args, "--port", "0", "--statement-timeout-ms", "1000"], env);
  try {
    expect(started.isReady).toBe(true);
    place.proxy.silence();
    const url = new URL("/readyz", started.client.url);
    expect((await fetch(url)).status).toBe(503); // it has felt the silence
    started.child.kill("SIGTERM");
    expect(await started.exited).not.toBeNull(); // no signal had to end it
  } finally {
    started.child.kill("SIGKILL");
  }
});
