import { expect, test } from "vitest";
import { killRun } from "./kill-run.ts";

test("loses no task and runs none twice when it is killed while tasks come and run", async () => {
  const [kills, concurrency] = [2, 2];
  const serverFlags = ["--concurrency", String(concurrency)];
  const tally = await killRun({ tasks: 24, kills, seed: 1, submitters: 5, serverFlags });
  expect(tally).toMatchObject({
    submitted: 24,
    distinctIds: 24,
    kills,
    unknownToServer: 0,
    ranMore: 0,
    completedWithoutRun: 0,
    others: [],
  });
  expect(tally.completed + tally.interrupted).toBe(24);
  // A kill interrupts no more than ran, and as many again whose end was about to be stored (queue.ts).
  expect(tally.interrupted).toBeLessThanOrEqual(kills * 2 * concurrency);
}, 120_000);

test("runs again what it was killed in, where it may", async () => {
  const tally = await killRun({
    tasks: 12,
    kills: 2,
    seed: 2,
    submitters: 5,
    serverFlags: ["--rerun-interrupted", "--crash-limit", "9"], // it is no task that kills
  });
  expect(tally).toMatchObject({
    submitted: 12,
    completed: 12,
    interrupted: 0,
    notRun: 0,
    unknownToServer: 0,
  });
}, 120_000);
