import type { FaultPlan } from "@oomol/fault-proxy";
import type { ProcessMeasure } from "./measure-process.ts";
import type { Tally } from "./tally.ts";

export interface SoakReport {
  tally: Tally;
  plan: FaultPlan<string>;
  tasksOnServer: number;
  before: Record<"client" | "server", ProcessMeasure>;
  after: Record<"client" | "server", ProcessMeasure>;
  /** What still keeps this process alive. */
  left: string[];
}

/** Prints the tallies; true where nothing went wrong. */
export function printReport({ tally, plan, tasksOnServer, before, after, left }: SoakReport): boolean {
  const faults = Object.values(plan.tally).reduce((total, count) => total + count, 0);
  const failed = Object.values(tally.failed).reduce((total, count) => total + count, 0);
  const print = (name: string, value: unknown) => process.stdout.write(`${name.padEnd(26)}${value}\n`);
  print("tasks asked for", tally.started);
  print("  with the true result", tally.succeeded);
  print("  of these with a file", `${tally.withFile} (${Math.round(tally.uploadedBytes / 2 ** 20)} MiB)`);
  print("  ended in our errors", `${failed} ${JSON.stringify(tally.failed)}`);
  print("  slowest", `${Math.round(tally.slowestMs / 1_000)} s`);
  print("tasks on the server", tasksOnServer);
  print("ran twice", tally.ranTwice);
  print("logs delivered", tally.logs);
  print("requests seen", plan.drawn);
  print("faults", `${faults} ${JSON.stringify(plan.tally)}`);
  for (const who of ["client", "server"] as const) {
    const { residentMib, openFiles } = before[who];
    print(`memory of the ${who}`, `${residentMib} → ${after[who].residentMib} MiB`);
    print(`handles of the ${who}`, `${openFiles} → ${after[who].openFiles} open files`);
  }
  print("left in this process", JSON.stringify(left));
  print("wrong", tally.wrong.length);
  for (const sentence of tally.wrong.slice(0, 20)) process.stdout.write(`  ${sentence}\n`);
  return tally.wrong.length === 0 && tally.ranTwice === 0 && tasksOnServer <= tally.started;
}
