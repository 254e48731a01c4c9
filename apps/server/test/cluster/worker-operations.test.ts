import { expect, test } from "vitest";
import { startWorker } from "../../src/serve/start-worker.ts";
import { fixturePackages, makeDataDirectory, refusalOf } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

test("a worker gives its metrics to those with a token, and refuses others as an API does", async () => {
  await using database = await makeTestDatabase();
  await using files = await makeDataDirectory();
  const worker = await startWorker({
    database: database.url,
    files: files.path,
    packages: [fixturePackages],
    spareExecutors: 0,
    drainMs: 0,
    tokens: ["api-one"],
    port: 0,
  });
  try {
    const ask = (path: string, headers = {}) => fetch(`${worker.url}${path}`, { headers });
    expect(await refusalOf(await ask("/metrics"))).toEqual({
      status: 401,
      message: "This server needs a token in Authorization.",
    });
    for (const authorization of ["api-one", "Bearer api-one"]) {
      const answer = await ask("/metrics", { authorization });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("process_cpu_seconds_total");
    }
    expect(await refusalOf(await ask("/api/v1/tasks"))).toEqual({
      status: 404,
      message: "There is no GET /api/v1/tasks here.",
    });
  } finally {
    await worker.close();
  }
});
