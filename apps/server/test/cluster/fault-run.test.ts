import { expect, test } from "vitest";
import { faults } from "./cluster-faults.ts";
import { faultRun } from "./fault-run.ts";
import { makeTestDatabase } from "./test-database.ts";

const kinds = ["killApi", "killWorker", "cutDatabase"] as const;

test("tasks end once and without a gap while processes are killed and connections cut (seed 1)", async () => {
  await using database = await makeTestDatabase();
  const { tally, problems } = await faultRun({
    ...{ databaseUrl: database.url, seed: 1, durationMs: 3_000, clients: 4 },
    ...{ processes: { api: 1, worker: 2 }, kinds, pauseMs: 1_000, brokenShare: 0.05 },
  });
  expect(problems).toEqual([]);
  for (const kind of kinds) expect(tally[faults[kind].title]).toBeGreaterThan(0);
  expect(tally["tasks accepted"]).toBeGreaterThanOrEqual(4);
}, 120_000);
