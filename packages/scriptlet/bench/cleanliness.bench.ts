import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Measurement, medianAndSpread, percentile, round } from "../../../bench/helpers/measure.ts";
import type { WatchCosts } from "./watch-costs-program.ts";

/** What it costs to prove that a job has left nothing in its process. */
export async function measure(): Promise<Measurement> {
  const program = fileURLToPath(new URL("./watch-costs-program.ts", import.meta.url));
  const child = fork(program, { execArgv: ["--conditions=@oomol/source"], detached: true });
  const [costs] = (await once(child, "message")) as [WatchCosts];
  const row = (what: string, ms: number[]) => [what, medianAndSpread(ms, 2), round(percentile(ms, 0.99), 2)];
  return {
    title: "The proof that a job has left nothing",
    note: `CPU of \`begin\` and \`check\` around a job that does nothing, in a process of its own. To create the watch takes ${round(costs.createMs, 0)} ms, once and while the executor is idle: it loads nearly all of Node.js's modules, \`fetch\` too, which a block that uses them need not load then. Goal: at most 0.3 ms.`,
    columns: ["jobs", "ms of CPU", "99th percentile"],
    rows: [
      row("the first 50", costs.jobsMs.slice(0, 50)),
      row("1,000 after 1,000", costs.jobsMs.slice(1_000)),
      row("the same, each of which sets and awaits ten timers", costs.timersMs),
      row("ten timers without a watch", costs.bareTimersMs),
    ],
  };
}
