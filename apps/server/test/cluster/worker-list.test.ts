import { expect, test } from "vitest";
import { startWorker } from "../../src/serve/start-worker.ts";
import type { ServerStatus } from "../../src/status/status-schema.ts";
import { fixturePackages } from "../open-test-server.ts";
import { openTestCluster } from "./open-test-cluster.ts";

test("status: a worker that has left is listed as gone, and a task that only it could run says so", async () => {
  await using cluster = await openTestCluster({ packages: [`${fixturePackages}/helper`] });
  const status = async () => (await cluster.getJson<{ status: ServerStatus }>("/v1/status")).status;
  const leaving = await startWorker({
    database: cluster.databaseUrl,
    files: cluster.filesDirectory,
    packages: [`${fixturePackages}/lab`],
    concurrency: 3,
    spareExecutors: 0,
    drainMs: 0,
  });
  const seen = async () =>
    (await status()).workers.map(({ isLive, packages }) => [packages[0]?.name, isLive]);
  await expect.poll(seen).toEqual([
    ["lab", true],
    ["helper", true],
  ]);
  await leaving.close();
  await expect.poll(seen).toEqual([
    ["helper", true],
    ["lab", false],
  ]);
  const taskId = await cluster.start("lab::shout", { text: "x" });
  await expect
    .poll(async () => (await status()).queue)
    .toMatchObject({
      pending: 1,
      running: 0,
      oldest: {
        taskId,
        reason: expect.stringContaining('No worker is there that has version 0.2.0 of the package "lab"'),
      },
    });
});
