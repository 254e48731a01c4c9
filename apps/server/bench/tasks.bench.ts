import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { type Measurement, median, medianAndSpread, round } from "../../../bench/helpers/measure.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const packages = fileURLToPath(new URL("../test/fixtures/tally", import.meta.url));
const entry = new URL("../test/fixtures/tally/tasks/tally/main.js", import.meta.url).href;
const levels = [1, 10, 100];
const rounds = 2;

/** Nearly empty tasks per second from the client's call to its result, by how many are under way at once. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  const flags = ["--packages", packages, "--data", data.path, "--spare-executors", "2"];
  await using server = await startProgram(flags, { isBuilt: true });
  await using client = new OomolConnectClient({ baseUrl: server.client.url });
  const { default: call } = (await import(entry)) as { default(inputs: object): unknown };
  const inputValues = { file: `${data.path}/runs.txt`, name: "x" };
  const runTask = () => client.tasks.createAndWait({ blockId: "tally::tally", inputValues });
  const rows: (string | number)[][] = [];
  for (const level of levels) {
    const tasks: number[] = [];
    const calls: number[] = [];
    await runTask(); // so that spares are there
    for (let turn = 0; turn < rounds; turn += 1) {
      tasks.push(await perSecond(runTask, level, Math.max(5, Math.min(level, 20))));
      calls.push(await perSecond(async () => call(inputValues), level, 2_000));
    }
    rows.push([level, medianAndSpread(tasks, 1), medianAndSpread(calls, 0), round(1_000 / median(tasks), 0)]);
  }
  return {
    title: "Tasks a second",
    note: `A block that appends a line to a file, ${rounds} rounds in turns with the same function called in process; median (least–most). Each task is a process of its own, four run at once and two stand by, so that beyond the first of a round it is the starts of Node.js processes that are counted.`,
    columns: ["at once", "tasks/s by the server", "calls/s in process", "ms a task"],
    rows,
  };
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
