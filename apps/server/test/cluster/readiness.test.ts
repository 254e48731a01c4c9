import { rename } from "node:fs/promises";
import { expect, test } from "vitest";
import { startApi } from "../../src/serve/start-api.ts";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

async function readyz(process: { url: string | undefined }) {
  const answer = await fetch(new URL("/readyz", process.url));
  return [answer.status, await answer.json()];
}

test("an API process without workers is ready, since it accepts tasks, and says that they wait", async () => {
  await using database = await makeTestDatabase();
  await using files = await makeDataDirectory();
  const shared = { database: database.url, files: files.path };
  const api = await startApi({ ...shared, port: 0 });
  try {
    const warnings = ["No worker is there: tasks are accepted and wait for one."];
    expect(await readyz(api)).toEqual([200, { status: "ready", warnings }]);
    const own = { packages: [fixturePackages], spareExecutors: 0, drainMs: 0, port: 0 };
    const worker = await startWorker({ ...shared, ...own });
    expect(await readyz(worker)).toEqual([200, { status: "ready" }]);
    await expect.poll(() => readyz(api)).toEqual([200, { status: "ready" }]);
    await worker.close();
    await expect.poll(() => readyz(api)).toEqual([200, { status: "ready", warnings }]);
  } finally {
    await api.close();
  }
});

test("a folder of files that is gone is told", async () => {
  await using database = await makeTestDatabase();
  await using files = await makeDataDirectory();
  const api = await startApi({ database: database.url, files: files.path, port: 0 });
  try {
    await rename(files.path, `${files.path}-elsewhere`);
    expect(await readyz(api)).toEqual([
      200,
      {
        status: "ready",
        warnings: expect.arrayContaining([expect.stringMatching(/^The file storage cannot/)]),
      },
    ]);
  } finally {
    await rename(`${files.path}-elsewhere`, files.path);
    await api.close();
  }
});
