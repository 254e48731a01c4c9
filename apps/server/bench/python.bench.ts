import { once } from "node:events";
import { delimiter } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import {
  type Measurement,
  medianAndSpread,
  percentile,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { makeDataDirectory, type TestClient } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const rounds = 5;
const runsWithPause = 8;
/** What is to stand by does so by then. */
const pauseMs = 1_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Round {
  firstMs: number;
  secondMs: number;
  laterMs: number[];
}

/** A Python block that imports pandas: its first run by a new server, the second at once, and further ones with a pause before each. */
export async function measure(): Promise<Measurement> {
  const pythonPath = fetchPythonPackages(
    ["oocana==0.18.12", "oocana-python-executor==0.16.18", "numpy==2.4.6", "pandas==3.1.1"],
    "This bench needs a python3 of at least 3.11 with pip, and a way to PyPI.",
  );
  const env = {
    PATH: [here("../test/python/bin"), process.env.PATH ?? ""].join(delimiter),
    OOMOL_TEST_PYTHON_PATH: pythonPath,
  };
  const contenders = new Map([
    ["a process started for each task", ["--isolation", "process", "--spare-executors", "0"]],
    ["the same, one standing by without the libraries", ["--isolation", "process"]],
    ["forks of a process that has loaded them", ["--spare-executors", "1"]],
  ]);
  const seen = new Map<string, Round[]>([...contenders.keys()].map((name) => [name, []]));
  await runRound([...(contenders.values().next().value ?? [])], env); // files come from the disk once
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [name, flags] of contenders) seen.get(name)?.push(await runRound(flags, env));
  }
  const rows = [...seen].map(([name, all]) => {
    const [first, second] = [all.map(({ firstMs }) => firstMs), all.map(({ secondMs }) => secondMs)];
    const later = all.flatMap(({ laterMs }) => laterMs);
    return [
      name,
      medianAndSpread(first, 0),
      medianAndSpread(second, 0),
      medianAndSpread(ratios(second, first)),
      `${round(percentile(later, 0.5), 0)} / ${round(percentile(later, 0.99), 0)}`,
    ];
  });
  return {
    title: "Python blocks",
    note: `A block that imports numpy and pandas, from POST to the answer that it has ended; ${rounds} rounds in turns, each with a server of its own: its first run, the second at once after it, and ${runsWithPause} with ${pauseMs / 1_000} s before each. Goal: a second run takes at most 0.2 × the first.`,
    columns: ["who", "first run, ms", "second, ms", "× first", "later, ms: median / p99"],
    rows,
  };
}

async function runRound(flags: readonly string[], env: NodeJS.ProcessEnv): Promise<Round> {
  await using data = await makeDataDirectory();
  const args = ["--packages", here("frames"), "--data", data.path, ...flags];
  await using server = await startProgram(args, { env, isBuilt: true });
  const firstMs = await runTask(server.client);
  const secondMs = await runTask(server.client);
  const laterMs = [];
  for (let run = 0; run < runsWithPause; run += 1) {
    await delay(pauseMs);
    laterMs.push(await runTask(server.client));
  }
  server.child.kill("SIGTERM"); // so that it ends what it has started
  await once(server.child, "exit");
  return { firstMs, secondMs, laterMs };
}

async function runTask(client: TestClient): Promise<number> {
  const startedMs = performance.now();
  const task = await client.waitForEnd(await client.start("frames::describe"));
  if (task.status !== "completed") throw new Error(`The task ${task.id} ended as ${task.status}.`);
  return performance.now() - startedMs;
}
