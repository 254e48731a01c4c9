import { createFaultPlan, openTcpFaultProxy } from "@oomol/fault-proxy";
import { startPostgres, type TestPostgres } from "@oomol/test-helpers/start-postgres";
import { startStandby, type TestStandby } from "@oomol/test-helpers/start-standby";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../src/cluster/schema.ts";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory, TestClient } from "../open-test-server.ts";

const spared = { seed: 1, share: 0, kinds: ["reset" as const] };

let primary: TestPostgres;
let standby: TestStandby;

beforeAll(async () => {
  // Commits wait for the replica; what the machine may lose is not tested.
  primary = await startPostgres({ settings: ["synchronous_commit=on"] });
  standby = await startStandby(primary);
  await migrate(primary.urlOf("postgres"), pino({ enabled: false }));
});
afterAll(async () => {
  await primary?.close();
  await standby?.close();
});

test("tasks that wait and run when the primary dies end once its replica is promoted", async () => {
  await using proxy = await openTcpFaultProxy({
    target: primary.address,
    plan: createFaultPlan(spared),
  });
  await using files = await makeDataDirectory();
  const shared = {
    database: `postgres://postgres@127.0.0.1:${proxy.port}/postgres`,
    files: files.path,
    port: 0,
  };
  const api = await startApi({ ...shared, patienceMs: 1_500 });
  const worker = await startWorker({
    ...shared,
    packages: [fixturePackages],
    concurrency: 1,
    spareExecutors: 0,
    executorReadyTimeoutMs: 20_000,
    drainMs: 0,
  });
  const client = new TestClient(api.url);
  try {
    const ids: string[] = [];
    for (const text of ["a", "b", "c"]) ids.push(await client.start("lab::shout", { text }));
    primary.process.kill("SIGKILL");
    // The address leads there before it takes writes, as it may.
    proxy.redirect(standby.address);
    expect((await client.create("lab::shout", { text: "d" })).status).toBe(503);
    await standby.promote();
    for (const id of ids) {
      await expect.poll(async () => (await client.waitForEnd(id)).status).toBe("completed");
      const sessions = (await client.logs(id)).filter(({ type }) => type === "SessionFinished");
      expect(sessions).toHaveLength(1);
    }
    expect(await client.waitForEnd(await client.start("lab::shout", { text: "e" }))).toMatchObject({
      status: "completed",
    });
  } finally {
    await worker.close();
    await api.close();
  }
});
