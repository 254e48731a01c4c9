import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

// Seeded, so that a failure can be looked at again.
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const faults = [
  { kind: "reset" },
  { kind: "status", status: 429 },
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "html" },
  { kind: "truncated" },
] as const;

test("1,000 runs at once, 20 % of the looks failing in six ways: all succeed, every log once", async () => {
  await using server = await serve(
    {
      random: createRandom(42),
      onTask: (task) => {
        const logs = 3 + (task.id.length % 3);
        task.setStatus("running");
        const step = (left: number) => {
          if (left === 0) task.complete({ id: task.id });
          else {
            task.log("BlockLog", { log: `${left}` });
            setTimeout(() => step(left - 1), 20);
          }
        };
        step(logs);
      },
      // Server and clients share one thread here, so an answer may take a while.
    },
    { timeoutMs: 120_000 },
  );
  for (const fault of faults) {
    server.fake.inject(fault, {
      method: "GET",
      times: Number.POSITIVE_INFINITY,
      share: 1 - 0.8 ** (1 / faults.length),
    });
  }
  const seen = new Map<number, number[]>();
  const runs = Array.from({ length: 1_000 }, async (_, index) => {
    const ids: number[] = [];
    seen.set(index, ids);
    const options = {
      intervalMs: 150,
      maxFailures: 50,
      onLog: (log: { id: number }) => void ids.push(log.id),
    };
    const { taskId, result, logs } = await server.client.tasks.run({ blockId: "pkg::echo" }, options);
    expect(result).toEqual({ id: taskId });
    expect(ids).toEqual(logs.map((log) => log.id));
    expect(ids).toEqual(server.fake.tasks.get(taskId)?.logs.map((log) => log.id));
  });
  const outcomes = await Promise.allSettled(runs);
  expect(outcomes.filter((outcome) => outcome.status === "rejected")).toEqual([]);
  expect(server.fake.tasks.size).toBe(1_000);
}, 180_000);
