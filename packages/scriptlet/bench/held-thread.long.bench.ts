import { setTimeout as delay } from "node:timers/promises";
import { type Measurement, median, medianAndSpread, round } from "../../../bench/helpers/measure.ts";
import { openBench } from "./open-bench.ts";

const heldSeconds = 120;
const jobsBefore = 50;

/** What other jobs notice of a block that computes for two minutes without a pause. */
export async function measure(): Promise<Measurement> {
  await using bench = await openBench({
    "hold.mjs": `export default () => { const end = Date.now() + ${heldSeconds * 1_000}; while (Date.now() < end); return { value: "held" }; };`,
    "empty.mjs": `export default () => {};`,
  });
  await using executor = await bench.startExecutor();
  for (let job = 0; job < 10; job += 1) await bench.run("empty.mjs");
  const warmUps = bench.readyMs.length;
  for (let job = 0; job < jobsBefore; job += 1) await bench.run("empty.mjs");
  const before = bench.readyMs.slice(warmUps);
  const startedMs = performance.now();
  const held = bench.run("hold.mjs");
  const others: Promise<{ ms: number }>[] = [];
  while (performance.now() - startedMs < (heldSeconds - 2) * 1_000) {
    await delay(1_000);
    others.push(bench.run("empty.mjs"));
  }
  const { ms } = await held;
  await Promise.all(others);
  if (executor.child.exitCode !== null)
    throw new Error(`The executor ended with ${executor.child.exitCode}.`);
  const meanwhile = bench.readyMs.slice(warmUps + jobsBefore);
  const { blockReady, blockFinished, executorReady } = bench.heard;
  return {
    title: "A block that holds the thread",
    note: `It held the thread for ${round(ms / 1_000, 1)} s, longer than a broker waits for a silent client (90 s) and than the engine waits until it asks again (3 s). ${others.length} other jobs came meanwhile, and all ended: ${blockReady} BlockReady, ${blockFinished} BlockFinished and ${executorReady} ExecutorReady in all.`,
    columns: ["`run_block` to `BlockReady`", "jobs", "ms", "median × before"],
    rows: [
      ["before", before.length, medianAndSpread(before, 1), 1],
      [
        "meanwhile",
        meanwhile.length,
        medianAndSpread(meanwhile, 1),
        round(median(meanwhile) / median(before)),
      ],
    ],
  };
}
