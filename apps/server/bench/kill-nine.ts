/**
 * Tasks submitted by the client while the server is killed with SIGKILL and started again: nothing may be lost, nothing
 * run twice. Runs what was built. Prints the tally, and ends with 1 where it is not so.
 *
 *   node --conditions=@oomol/source bench/kill-nine.ts [TASKS] [KILLS] [SEED]
 */
import { killRun } from "../test/kill-run.ts";

const [tasks = 10_000, kills = 5, seed = 1] = process.argv.slice(2).map(Number);
const startedMs = performance.now();
const tally = await killRun({
  tasks,
  kills,
  seed,
  submitters: 20,
  isBuilt: true,
  onProgress: (text) => process.stdout.write(`${text}\n`),
});
process.stdout.write(`${JSON.stringify(tally, null, 2)}\n`);
process.stdout.write(`seed ${seed}, ${((performance.now() - startedMs) / 1_000).toFixed(0)} s\n`);
const isFine =
  tally.distinctIds === tasks &&
  tally.completed + tally.interrupted === tasks &&
  tally.ranMore + tally.unknownToServer + tally.completedWithoutRun === 0;
process.exitCode = isFine ? 0 : 1;
