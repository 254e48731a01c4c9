import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-core";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const packages = fileURLToPath(new URL("../test/fixtures/tally", import.meta.url));
const entry = new URL("../test/fixtures/tally/tasks/tally/main.js", import.meta.url).href;
const levels = [1, 10, 100];
const concurrency = 4;
const rounds = 3;

/** Nearly empty tasks a second from the client's call to its result, by how many are under way at once. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  const running = ["--concurrency", String(concurrency), "--spare-executors", "2"];
  const flags = ["--packages", packages, "--data", data.path, ...running];
  await using server = await startProgram(flags, { isBuilt: true });
  await using client = new OomolConnectClient({ baseUrl: server.client.url });
  const { default: call } = (await import(entry)) as { default(inputs: object): unknown };
  const inputValues = { file: `${data.path}/runs.txt`, name: "x" };
  const runTask = () => client.tasks.createAndWait({ blockId: "tally::tally", inputValues });
  const rows: (string | number)[][] = [];
  for (const level of levels) {
    const count = Math.max(5, Math.min(level, 20));
    const rates = await inTurns(
      {
        tasks: () => perSecond(runTask, level, count),
        processes: () => perSecond(() => callInProcess(inputValues), Math.min(level, concurrency), count),
        calls: () => perSecond(async () => call(inputValues), level, 2_000),
      },
      { rounds },
    );
    rows.push([
      level,
      medianAndSpread(rates.tasks, 1),
      medianAndSpread(rates.processes, 1),
      medianAndSpread(ratios(rates.tasks, rates.processes)),
      medianAndSpread(rates.calls, 0),
    ]);
  }
  return {
    title: "Tasks a second",
    note: `A block that appends a line to a file, ${rounds} rounds in turns; the server as it is built, ${concurrency} tasks at once, two spare executors. A task has a process of its own, so the baseline is one bare \`node\` for each call, no more of them at once than the server runs. The same function called in one process, which isolates nothing, stands beside it.`,
    columns: [
      "at once",
      "tasks/s by the server",
      "bare processes/s",
      "× bare processes",
      "calls/s in one process",
    ],
    rows,
  };
}

async function callInProcess(inputs: object): Promise<void> {
  const program = `const { default: call } = await import(${JSON.stringify(entry)}); call(${JSON.stringify(inputs)});`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
}

async function perSecond(work: () => Promise<unknown>, atOnce: number, count: number): Promise<number> {
  let left = count;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, loop));
  return (count * 1_000) / (performance.now() - startedMs);
}
