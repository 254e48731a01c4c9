import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { expect, test, vi } from "vitest";
import { openTestCluster } from "./open-test-cluster.ts";

const seconds = 15;

test("a cluster at rest asks its database little, and still runs a task at once", async () => {
  await using cluster = await openTestCluster(); // two API processes and a worker
  const queries = vi.spyOn(pg.Client.prototype, "query");
  await delay(seconds * 1_000);
  const asked = queries.mock.calls.length;
  queries.mockRestore();
  // An API process watches every 3 s and looks for webhooks every 20 s, a worker looks every 5 s, and each checks every 15 s that it
  // hears notices.
  const most = 2 * (seconds / 3 + 1 + seconds / 18 + 1) + (seconds / 4.5 + 1) + 3 * (seconds / 15 + 1);
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(most);
  const id = await cluster.start("lab::shout", { text: "x" });
  expect(await cluster.waitForEnd(id)).toMatchObject({ status: "completed" });
});
