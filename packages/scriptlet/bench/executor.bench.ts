import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  inTurns,
  type Measurement,
  median,
  medianAndSpread,
  percentile,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { openBench } from "./open-bench.ts";
import { openRoundTrips } from "./open-round-trips.ts";

const starts = 11;
const warmRounds = 10;
const jobsPerRound = 200;
const outputs = 50_000;
const outputRounds = 5;
const mqttUrl = JSON.stringify(import.meta.resolve("mqtt"));

type Bench = Awaited<ReturnType<typeof openBench>>;

const blocks = (): Record<string, string> => ({
  "empty.mjs": `export default () => {};`,
  "outputs.mjs": `const value = "x".repeat(100);
    export default async (_, context) => {
      const start = performance.now();
      const sent = [];
      for (let i = 0; i < ${outputs}; i++) sent.push(context.output("value", value));
      await Promise.all(sent);
      return { value: performance.now() - start };
    };`,
  "bare.mjs": `import mqtt from ${mqttUrl};
    const value = "x".repeat(100);
    export default async ({ address }, context) => {
      const client = await mqtt.connectAsync("mqtt://" + address, { protocolVersion: 4, clientId: "bare" });
      client.stream.setNoDelay(true);
      const topic = "session/" + context.sessionId;
      const job = { session_id: context.sessionId, job_id: context.jobId };
      const start = performance.now();
      let sent = 0, done = 0;
      await new Promise((resolve) => {
        const next = () => {
          const payload = JSON.stringify({ type: "BlockOutput", handle: "value", output: value, ...job });
          sent++;
          client.publish(topic, payload, { qos: 1 }, () => {
            if (++done === ${outputs}) resolve();
            else if (sent < ${outputs}) next();
          });
        };
        for (let i = 0; i < 1000; i++) next();
      });
      const ms = performance.now() - start;
      await client.endAsync();
      return { value: ms };
    };`,
  "progress.mjs": `export default async (_, context) => {
      const calls = 1_000_000;
      const perCall = (call) => {
        for (let i = 0; i < 10_000; i++) call(i);
        const start = performance.now();
        for (let i = 0; i < calls; i++) call(i);
        return (performance.now() - start) * 1000 / calls;
      };
      const clock = perCall(() => performance.now());
      return { value: { clock, own: perCall((i) => context.reportProgress(i / 10_000)) } };
    };`,
});

/** The built executor over a broker: how soon it is ready, a job's own cost, outputs beside bare `mqtt`. */
export async function measure(): Promise<Measurement> {
  await using bench = await openBench(blocks());
  const started = await measureStarts(bench);
  await using _executor = await bench.startExecutor();
  const warm = await measureWarmJobs(bench);
  const progress = await measureProgress(bench);
  const rates = await measureOutputs(bench);
  return {
    title: "Executor",
    note: `Broker, engine and executor in a process each; median (least–most). Ready ${round(median(started.ready.own) - median(started.ready.bare), 0)} ms beyond \`node -e 0\` (goal 90); of ${warmRounds * jobsPerRound} warm empty jobs the 99th percentile took ${round(warm.p99Ms)} ms (goal 3 for the median; rows show a round's median). Other goals: a cold job 60 ms, a \`reportProgress\` that the throttle holds back 1 µs, outputs at 0.9 × bare \`mqtt\` with the same bytes over the same broker.`,
    columns: ["what", "ours", "baseline", "", "× baseline"],
    rows: [
      row("spawn to `ExecutorReady`, ms", started.ready, "`node -e 0`", 1),
      row("cold TypeScript job, built, ms", started.built, "`node -e 0`", 1),
      row("cold TypeScript job, found built, ms", started.found, "`node -e 0`", 1),
      row("warm empty job, ms", warm, "two round trips by bare `mqtt`", 2),
      row("throttled `reportProgress`, µs", progress, "`performance.now()`", 3),
      row("outputs a second", rates, "bare `mqtt`", 0),
    ],
  };
}

/** One of each from the same turn. */
interface Samples {
  own: number[];
  bare: number[];
}

const noSamples = (): Samples => ({ own: [], bare: [] });

function row(what: string, { own, bare }: Samples, bareName: string, digits: number): string[] {
  const shown = (values: number[]) => medianAndSpread(values, digits);
  return [what, shown(own), bareName, shown(bare), medianAndSpread(ratios(own, bare))];
}

/** Fresh executors with a job in TypeScript each: every second one has been compiled before. */
async function measureStarts(bench: Bench) {
  const seen = { ready: noSamples(), built: noSamples(), found: noSamples() };
  for (let turn = 0; turn <= starts; turn += 1) {
    const entry = `typed-${turn}.ts`;
    const text = `interface A { a: string }\nexport default (_: A) => {};\n// ${turn}`;
    await writeFile(join(bench.folder, entry), text);
    for (const kind of ["built", "found"] as const) {
      const bareMs = await bareNodeMs();
      await using executor = await bench.startExecutor();
      const { ms } = await bench.run(entry);
      if (turn === 0) continue; // it fills Node's cache of compiled code
      for (const [samples, ownMs] of [
        [seen.ready, executor.readyMs],
        [seen[kind], ms],
      ] as const) {
        samples.own.push(ownMs);
        samples.bare.push(bareMs);
      }
    }
  }
  return seen;
}

async function bareNodeMs(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - start;
}

async function measureWarmJobs(bench: Bench) {
  await using trips = await openRoundTrips(bench.address);
  const all: number[] = [];
  const jobs = async () => {
    const times: number[] = [];
    for (let job = 0; job < jobsPerRound; job += 1) times.push((await bench.run("empty.mjs")).ms);
    all.push(...times);
    return median(times);
  };
  const bare = async () => {
    const times: number[] = [];
    for (let job = 0; job < jobsPerRound; job += 1)
      times.push((await trips.takeMs()) + (await trips.takeMs()));
    return median(times);
  };
  const medians = await inTurns({ own: jobs, bare }, { rounds: warmRounds });
  return { ...medians, p99Ms: percentile(all.slice(jobsPerRound), 0.99) };
}

async function measureProgress(bench: Bench) {
  const seen = noSamples();
  for (let turn = 0; turn < outputRounds; turn += 1) {
    const { own, clock } = resultOf<{ own: number; clock: number }>(await bench.run("progress.mjs"));
    seen.own.push(own);
    seen.bare.push(clock);
  }
  return seen;
}

async function measureOutputs(bench: Bench) {
  const perSecond = (ms: number) => (outputs * 1_000) / ms;
  const own = async () => {
    const ran = await bench.run("outputs.mjs");
    if (bench.outputsOf(ran.jobId) !== outputs) throw new Error("Outputs were lost.");
    return perSecond(resultOf<number>(ran));
  };
  const bare = async () =>
    perSecond(resultOf<number>(await bench.run("bare.mjs", { inputs: { address: bench.address } })));
  return inTurns({ own, bare }, { rounds: outputRounds });
}

/** Its blocks are this file's own. */
function resultOf<Value>({ message }: { message: { [field: string]: unknown } }): Value {
  return (message.result as { value: Value }).value;
}
