/**
 * Kills, freezes and replaces processes of a cluster, and lets its database, the pool before that and its file storage fail, at random
 * while clients run tasks. Then checks every task that was accepted, and the processes. Prints what happened, and ends with 1 where a
 * task was lost, doubled, stuck or changed after its end, its logs have a gap or reached its client otherwise than once and in order,
 * a request was not answered in time, or a process did not end when it was told to.
 *
 *   node --conditions=@oomol/source soak/cluster-faults.ts [SECONDS] [SEED]
 */

import { faultRun } from "./cluster/fault-run.ts";

const [seconds = 300, seed = 1] = process.argv.slice(2).map(Number);
const startedMs = performance.now();
const passedSeconds = () => Math.round((performance.now() - startedMs) / 1_000);
const { tally, longestMs, memory, problems } = await faultRun({
  seed,
  durationMs: seconds * 1_000,
  clients: 6,
  processes: { api: 2, worker: 2 },
  kinds: [
    ...(["killApi", "killWorker", "freezeWorker", "rollApi", "rollWorker"] as const),
    ...(["cutDatabase", "silenceDatabase", "failOver", "restartPool"] as const),
    ...(["muteStorage", "failStorage"] as const),
  ],
  pauseMs: 4_000,
  brokenShare: 0.05,
  onEvent: (sentence) => console.log(`${String(passedSeconds()).padStart(5)} s: ${sentence}`),
});
console.log(`seed ${seed}, ${seconds} s of faults, ${passedSeconds()} s in all`);
for (const [what, times] of Object.entries(tally)) console.log(`  ${times} ${what}`);
for (const [what, ms] of Object.entries(longestMs))
  console.log(`  ${(ms / 1_000).toFixed(1)} s at most for ${what}`);
for (const [kind, { least, most, mostGrown }] of Object.entries(memory))
  console.log(
    `  ${least} to ${most} MiB of memory of each ${kind} process, which grew by ${mostGrown} MiB at most`,
  );
console.log(
  problems.length === 0
    ? "  no task lost, doubled, stuck, changed or with a gap, and every wait ended"
    : problems.join("\n"),
);
process.exitCode = problems.length === 0 ? 0 : 1;
