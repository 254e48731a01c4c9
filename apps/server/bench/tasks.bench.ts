import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  inTurns,
  type Measurement,
  median,
  medianAndSpread,
  percentile,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { openNodeClient } from "../../../bench/helpers/open-node-client.ts";
import { openBullmq } from "../../../bench/helpers/peers/open-bullmq.ts";
import { openPiscina } from "../../../bench/helpers/peers/open-piscina.ts";
import { openRedis } from "../../../bench/helpers/peers/open-redis.ts";
import { makeDataDirectory } from "../test/open-test-server.ts";
import { startProgram } from "../test/start-program.ts";
import { cpuTimeOf } from "./cpu-time.ts";

const packages = fileURLToPath(new URL("../test/fixtures/tally", import.meta.url));
const entry = new URL("../test/fixtures/tally/tasks/tally/main.js", import.meta.url);
const processor = fileURLToPath(new URL("./tally-processor.js", import.meta.url));
const clients = 8;
const processes = 2;
const rounds = { ofServers: 7, ofOthers: 3 };
const roundMs = 3_000;
/** Another clone, built, whose server runs beside this one. */
const against = process.env.BENCH_AGAINST;
const runsAlone = 40;
const runsAfterPause = 15;
const pauseMs = 1_000;

interface Contender {
  name: string;
  promise: string;
  run(): Promise<unknown>;
  /** Seconds that those who organise have used, and those who run the block. */
  cpu?(): { organisers: number; executors: number };
}

/** Nearly empty tasks by the server, beside a job queue with processes of its own, and beside a pool without any queue. */
export async function measure(): Promise<Measurement> {
  await using data = await makeDataDirectory();
  const running = [
    ...["--packages", packages, "--concurrency", String(processes)],
    ...["--spare-executors", String(processes)],
  ];
  await using server = await openServer(running);
  await using former = against === undefined ? undefined : await openServer(running, against);
  await using redis = await openRedis();
  await using bullmq = redis && (await openBullmq(redis, processor, processes));
  await using piscina = openPiscina(fileURLToPath(entry), processes);
  const inputValues = { file: `${data.path}/runs.txt`, name: "x" };

  const contenders: Contender[] = [
    contenderOf("our server", server, inputValues),
    ...(former ? [contenderOf(`our server in ${against}`, former, inputValues)] : []),
    ...(redis && bullmq
      ? [
          {
            name: "BullMQ, sandboxed processors",
            promise:
              "redis, `appendonly yes`, `appendfsync everysec`: kept over `kill -9`; the last second may go with the power",
            run: () => bullmq.run(inputValues),
            cpu() {
              const { ownSeconds, othersSeconds } = cpuTimeOf(bullmq.pid);
              return { organisers: ownSeconds + cpuTimeOf(redis.pid).ownSeconds, executors: othersSeconds };
            },
          },
        ]
      : []),
    {
      name: "piscina: two threads, no queue on disk",
      promise: "nothing",
      run: () => piscina.run(inputValues),
    },
    {
      name: "a bare `node` for each call, two at once",
      promise: "nothing",
      run: () => callInProcess(inputValues),
    },
  ];
  // Servers apart: V8 throws compiled code away while a process is idle for some ten seconds.
  const isServer = ({ cpu }: Contender) => cpu !== undefined;
  const measured = [
    ...(await measureAll(contenders.filter(isServer), rounds.ofServers)),
    ...(await measureAll(
      contenders.filter((one) => !isServer(one)),
      rounds.ofOthers,
    )),
  ];
  const peer = measured.find(({ contender }) => contender.name.startsWith("BullMQ"));
  const absent = peer
    ? ""
    : " Redis is not installed here (`apt-get install redis-server`), so BullMQ is missing.";
  return {
    title: "Tasks a second",
    note: `A block that appends a line to a file; rounds of ${roundMs / 1_000} s after one that is not counted, in turns: ${rounds.ofServers} of the servers, then ${rounds.ofOthers} of the others; ${clients} clients (ours is connect-node), ${processes} processes at once; the server as it is built. CPU is that of a task, of who takes it (for BullMQ its worker and redis) and of the processes that run the block; that of the client is not counted. One run alone is from the call to its result: ${runsAlone} one after the other, and ${runsAfterPause} with ${pauseMs / 1_000} s before each of a server (there the 99th percentile is the longest).${absent}`,
    columns: [
      "by",
      "tasks/s",
      "× BullMQ",
      "CPU of the server, ms",
      "of executors, ms",
      "one alone, ms",
      "99th percentile",
      "after a pause, ms",
      "99th percentile",
      "what the answer promises",
    ],
    rows: measured.map((one) => [
      one.contender.name,
      medianAndSpread(one.rates, 1),
      peer ? beside(one.rates, peer.rates) : "",
      one.organisersMs.length > 0 ? medianAndSpread(one.organisersMs) : "",
      one.executorsMs.length > 0 ? medianAndSpread(one.executorsMs) : "",
      round(median(one.aloneMs)),
      round(percentile(one.aloneMs, 0.99)),
      one.afterPauseMs.length > 0 ? round(median(one.afterPauseMs)) : "",
      one.afterPauseMs.length > 0 ? round(percentile(one.afterPauseMs, 0.99)) : "",
      one.contender.promise,
    ]),
  };
}

/** How many times the peer: round by round if they ran in the same turns. */
function beside(rates: number[], peer: number[]): string | number {
  return rates.length === peer.length
    ? medianAndSpread(ratios(rates, peer), 4)
    : round(median(rates) / median(peer), 4);
}

/** The server as it is built here, or in another clone. */
async function openServer(options: readonly string[], clone?: string) {
  const program = await startProgram(options, { isBuilt: true, clone });
  const client = openNodeClient(program.client.url);
  return {
    client,
    pid: program.child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await program[Symbol.asyncDispose]();
    },
  };
}

function contenderOf(
  name: string,
  { client, pid }: Awaited<ReturnType<typeof openServer>>,
  inputValues: Record<string, unknown>,
): Contender {
  return {
    name,
    promise:
      "SQLite, WAL, `synchronous = NORMAL`: kept over `kill -9`; the last commits may go with the power",
    run: () => client.tasks.createAndWait({ blockId: "tally::tally", inputValues }),
    cpu() {
      const { ownSeconds, othersSeconds } = cpuTimeOf(pid);
      return { organisers: ownSeconds, executors: othersSeconds };
    },
  };
}

async function measureAll(contenders: Contender[], rounds: number) {
  const measured = contenders.map((contender) => ({
    contender,
    organisersMs: [] as number[],
    executorsMs: [] as number[],
    aloneMs: [] as number[],
    afterPauseMs: [] as number[],
    rates: [] as number[],
  }));
  const samplers = measured.map((one): [string, () => Promise<number>] => [
    one.contender.name,
    async () => {
      const before = one.contender.cpu?.();
      const { count, perSecond } = await load(one.contender.run, clientsOf(one.contender));
      const after = one.contender.cpu?.();
      if (before && after) {
        one.organisersMs.push(((after.organisers - before.organisers) * 1_000) / count);
        one.executorsMs.push(((after.executors - before.executors) * 1_000) / count);
      }
      return perSecond;
    },
  ]);
  const rates = await inTurns(Object.fromEntries(samplers), { rounds });
  for (const one of measured) {
    one.rates = rates[one.contender.name] ?? [];
    // The first round warmed up.
    one.organisersMs = one.organisersMs.slice(-rounds);
    one.executorsMs = one.executorsMs.slice(-rounds);
    one.aloneMs = await timeRuns(one.contender.run, runsAlone, 0);
    if (one.contender.cpu) one.afterPauseMs = await timeRuns(one.contender.run, runsAfterPause, pauseMs);
  }
  return measured;
}

/** Whatever has no queue gets no more calls at once than it runs. */
function clientsOf({ cpu }: Contender): number {
  return cpu ? clients : processes;
}

async function load(run: () => Promise<unknown>, atOnce: number) {
  const startedMs = performance.now();
  let count = 0;
  const loop = async () => {
    while (performance.now() - startedMs < roundMs) {
      await run();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return { count, perSecond: (count * 1_000) / (performance.now() - startedMs) };
}

async function timeRuns(run: () => Promise<unknown>, count: number, beforeMs: number): Promise<number[]> {
  const all: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    if (beforeMs > 0) await delay(beforeMs);
    const startedMs = performance.now();
    await run();
    all.push(performance.now() - startedMs);
  }
  return all;
}

async function callInProcess(inputs: object): Promise<void> {
  const program = `const { default: call } = await import(${JSON.stringify(entry.href)}); call(${JSON.stringify(inputs)});`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
}
