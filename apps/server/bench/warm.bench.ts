import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { OomolConnectClient } from "@oomol/connect-core";
import {
  inTurns,
  type Measurement,
  medianAndSpread,
  percentile,
  round,
} from "../../../bench/helpers/measure.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";

const rounds = 12;
/** A spare is started meanwhile, and the last executor leaves. */
const pauseMs = 1_500;
const blocks = fileURLToPath(new URL("../../blocks", import.meta.url));
// Packages are whoever's; the bench knows the shape of this one.
const entry = new URL("../../blocks/audio-lab/tasks/text-to-audio/main.ts", import.meta.url).href;
const text = "Good morning, dear listeners.";

interface Speak {
  default(inputs: object, context: object): Promise<unknown>;
}

/** A second run of a block by the server, beside the same function called in this process and in a fresh one. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  await using server = await startProgram(["--packages", blocks, "--data", data.path], { isBuilt: true });
  await using client = new OomolConnectClient({ baseUrl: server.client.url });
  const { default: speak } = (await import(entry)) as Speak;
  const runTask = (blockId: string) => client.tasks.createAndWait({ blockId, inputValues: { text } });
  const ms = await inTurns(
    {
      inProcess: timed(() => speak({ text }, contextIn(data.path))),
      fresh: () => firstCallMs(data.path),
      server: timed(() => runTask("audio-lab::text-to-audio")),
      empty: timed(() => runTask("lab::shout")),
    },
    { rounds },
  );
  const row = (name: string, times: number[], baseline?: number[]) => [
    name,
    medianAndSpread(times, 1),
    round(percentile(times, 0.9), 1),
    baseline
      ? medianAndSpread(
          times.map((time, turn) => time - (baseline[turn] ?? Number.NaN)),
          1,
        )
      : "",
  ];
  return {
    title: "Warm runs by the server",
    note: `From the client's call to its result, ${rounds} rounds in turns after a first one that is not counted, ${pauseMs / 1_000} s apart. A fresh process that has loaded the block compiles espeak-ng's WebAssembly at its first call, as a session of its own does. Goal: at most 20 ms beyond the call in process.`,
    columns: ["what", "ms", "90th percentile", "ms beyond the call in process"],
    rows: [
      row("`audio-lab::text-to-audio`, called in process", ms.inProcess),
      row("the same, first call of a fresh process that has loaded it", ms.fresh, ms.inProcess),
      row("the same, by the server", ms.server, ms.inProcess),
      row("`lab::shout`, which does next to nothing, by the server", ms.empty),
    ],
  };
}

function timed(run: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    await delay(pauseMs);
    const startedMs = performance.now();
    await run();
    return performance.now() - startedMs;
  };
}

const nothing = async () => undefined;
const contextIn = (sessionDir: string) => ({
  sessionDir,
  reportLog: nothing,
  preview: nothing,
  reportProgress: nothing,
});

async function firstCallMs(sessionDir: string): Promise<number> {
  const program = `const { default: speak } = await import(${JSON.stringify(entry)});
    const nothing = async () => undefined;
    const context = { sessionDir: ${JSON.stringify(sessionDir)}, reportLog: nothing, preview: nothing, reportProgress: nothing };
    const startedMs = performance.now();
    await speak({ text: ${JSON.stringify(text)} }, context);
    console.log(performance.now() - startedMs);`;
  const args = ["--conditions=@oomol/source", "--input-type=module", "-e", program];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}
