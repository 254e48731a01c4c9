import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { type Measurement, median, round } from "../../../bench/helpers/measure.ts";
import { residentMib } from "../../../bench/helpers/resident-mib.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";
import { processesBelow } from "./cpu-time.ts";

const packages = fileURLToPath(new URL("../test/fixtures/tally", import.meta.url));
const tasks = Number(process.env.BENCH_TASKS ?? 100_000);
const clients = 8;
const samples = 10;

/** What the server and its executors hold while it runs many tasks. */
export async function measure(): Promise<Measurement> {
  if (!Number.isInteger(tasks) || tasks < samples)
    throw new Error(`--tasks must be a whole number from ${samples}.`);
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--packages", packages, "--data", data.path], { isBuilt: true });
  await using client = new OomolConnectClient({ baseUrl: server.client.url });
  const inputValues = { file: `${data.path}/runs.txt`, name: "x" };
  const pid = server.child.pid ?? 0;
  const rows: [number, number, number, number][] = [];
  for (let sample = 1; sample <= samples; sample += 1) {
    const until = Math.round((tasks * sample) / samples);
    let left = until - (rows.at(-1)?.[0] ?? 0);
    const loop = async () => {
      while (left > 0) {
        left -= 1;
        await client.tasks.createAndWait({ blockId: "tally::tally", inputValues });
      }
    };
    await Promise.all(Array.from({ length: clients }, loop));
    const executors = processesBelow(pid).map(holds);
    const largest = Math.max(0, ...executors);
    rows.push([until, round(residentMib(pid), 1), executors.length, round(largest, 1)]);
  }
  // Of each half the median: what a process holds goes up and down with its garbage collector.
  const added = (column: 1 | 3) => {
    const half = (isLast: boolean) =>
      median(rows.filter((_, index) => index >= samples / 2 === isLast).map((row) => row[column]));
    return round(half(true) - half(false), 1);
  };
  return {
    title: "Memory over many tasks",
    note: `Resident memory after each tenth of ${tasks} nearly empty tasks, ${clients} clients; the server as it is built. By the medians of both halves the last one added ${added(1)} MiB to the server and ${added(3)} MiB to its largest executor. Goal: at most 5 MiB together.`,
    columns: ["tasks", "server, MiB", "executors", "the largest of them, MiB"],
    rows,
  };
}

/** Nothing, where it has ended meanwhile. */
function holds(pid: number): number {
  try {
    const mib = residentMib(pid);
    return Number.isNaN(mib) ? 0 : mib;
  } catch {
    return 0;
  }
}
