import { type Measurement, round } from "../../../bench/helpers/measure.ts";
import { residentMib } from "../../../bench/helpers/resident-mib.ts";
import { openBench } from "./open-bench.ts";

const jobs = 100_000;
const atOnce = 20;
const lookEvery = 10_000;

/** What one executor holds over 100,000 jobs. */
export async function measure(): Promise<Measurement> {
  await using bench = await openBench({
    "block.mjs": `export default (_, context) => { context.reportProgress(50); console.log("a line"); return { value: "x".repeat(100) }; };`,
  });
  await using executor = await bench.startExecutor();
  const heldMib: [jobs: number, mib: number][] = [];
  for (let done = atOnce; done <= jobs; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => bench.run("block.mjs")));
    if (done % lookEvery === 0) heldMib.push([done, round(residentMib(executor.child.pid), 0)]);
  }
  const first = heldMib[0]?.[1] ?? Number.NaN;
  return {
    title: "Memory over 100,000 jobs",
    note: `Resident memory of one built executor, ${atOnce} jobs at once, each with a log, progress and a value. What it held after the first ${lookEvery} is the baseline of what it holds later.`,
    columns: ["jobs", "MiB", "× the first"],
    rows: heldMib.map(([done, mib]) => [done, mib, round(mib / first)]),
  };
}
