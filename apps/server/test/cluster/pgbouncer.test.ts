import { startPgbouncer } from "@oomol/test-helpers/start-pgbouncer";
import { pino } from "pino";
import { expect, test } from "vitest";
import { migrate } from "../../src/cluster/schema.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory, TestClient } from "../open-test-server.ts";
import { makeEmptyDatabase, makeTestDatabase } from "./test-database.ts";

const log = pino({ enabled: false });

test("pgbouncer in session mode: migrates, runs tasks and tells who waits", async () => {
  await using database = await makeEmptyDatabase();
  await using pool = await startPgbouncer(database.url, "session");
  await using files = await makeDataDirectory();
  expect(await migrate(pool.url, log)).toMatch(/has schema \d+\.$/);
  const shared = { database: pool.url, files: files.path, port: 0 };
  const worker = await startWorker({
    ...shared,
    packages: [fixturePackages],
    concurrency: 2,
    spareExecutors: 0,
    executorReadyTimeoutMs: 20_000,
    drainMs: 0,
  });
  const api = await startApi(shared);
  try {
    const client = new TestClient(api.url);
    const id = await client.start("lab::shout", { text: "x" });
    expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
  } finally {
    await api.close();
    await worker.close();
  }
});

test("pgbouncer in transaction mode is refused, with the reason", async () => {
  await using database = await makeTestDatabase();
  await using pool = await startPgbouncer(database.url, "transaction");
  await using files = await makeDataDirectory();
  const reason =
    "The database is behind a pool in transaction mode, in which LISTEN and locks do not work. Set its pool_mode to session, or connect to PostgreSQL directly.";
  await expect(migrate(pool.url, log)).rejects.toThrow(reason);
  const shared = { database: pool.url, files: files.path, port: 0 };
  await expect(startApi(shared)).rejects.toThrow(reason);
  await expect(startWorker({ ...shared, packages: [fixturePackages] })).rejects.toThrow(reason);
});
