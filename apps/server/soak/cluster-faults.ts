/**
 * Kills, freezes and replaces processes of a cluster, and cuts or silences its connections to the database, at random while clients
 * run tasks, then checks every task that was accepted. Prints what happened, and ends with 1 where a task was lost, doubled or changed after
 * its end, or where its logs have a gap or reached its client otherwise than once and in order.
 *
 *   node --conditions=@oomol/source soak/cluster-faults.ts [SECONDS] [SEED]
 */

import { startPostgres } from "@oomol/test-helpers/start-postgres";
import { pino } from "pino";
import { migrate } from "../src/cluster/schema.ts";
import { faultRun } from "./cluster/fault-run.ts";

const [seconds = 120, seed = 1] = process.argv.slice(2).map(Number);
const postgres = await startPostgres({ isDurable: true });
const startedMs = performance.now();
try {
  const databaseUrl = postgres.urlOf("postgres");
  await migrate(databaseUrl, pino({ enabled: false }));
  const { tally, problems } = await faultRun({
    databaseUrl,
    seed,
    durationMs: seconds * 1_000,
    clients: 6,
    processes: { api: 2, worker: 2 },
    kinds: [
      ...(["killApi", "killWorker", "freezeWorker", "cutDatabase"] as const),
      ...(["silenceDatabase", "rollApi", "rollWorker"] as const),
    ],
    pauseMs: 4_000,
    brokenShare: 0.05,
  });
  const tookSeconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(`seed ${seed}, ${seconds} s of faults, ${tookSeconds} s in all`);
  for (const [what, times] of Object.entries(tally)) console.log(`  ${times} ${what}`);
  console.log(problems.length === 0 ? "  no task lost, doubled, changed or with a gap" : problems.join("\n"));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await postgres.close();
}
