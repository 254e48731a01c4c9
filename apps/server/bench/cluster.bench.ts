import {
  type Measurement,
  median,
  medianAndSpread,
  percentile,
  ratios,
  round,
} from "../../../bench/helpers/measure.ts";
import { makeDataDirectory, type TestClient } from "../test/open-test-server.ts";
import { countPerTask } from "./count-per-task.ts";
import { cpuTimeOf } from "./cpu-time.ts";
import { type BuiltProcess, startBuilt, startBuiltCluster, workerFlags } from "./start-built-cluster.ts";

const workerCounts = [1, 2, 4];
const rounds = 3;
const tasksPerRound = 300;
const atOnce = 8;
const ticks = 300;
const tickMs = 20;

interface Round {
  perSecond: number;
  latenciesMs: number[];
  /** CPU milliseconds a task, by who used them. */
  cpuMs: Record<string, number>;
}

/** An empty block on a cluster and on the embedded server; how soon an event is heard at another API process. */
export async function measure(): Promise<Measurement> {
  await using cluster = await startBuiltCluster();
  const contenders = new Map([
    ["embedded", () => embedded()],
    ...workerCounts.map((count) => [named(count), () => clustered(cluster, count)] as const),
  ]);
  const seen = new Map<string, Round[]>([...contenders.keys()].map((name) => [name, []]));
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [name, run] of contenders) seen.get(name)?.push(await run());
  }
  const base = (seen.get("embedded") ?? []).map(({ perSecond }) => perSecond);
  const rows = [...seen].map(([name, all]) => {
    const rates = all.map(({ perSecond }) => perSecond);
    const latencies = all.flatMap(({ latenciesMs }) => latenciesMs);
    return [
      name,
      medianAndSpread(rates, 1),
      medianAndSpread(ratios(rates, base)),
      `${round(median(latencies), 0)} / ${round(percentile(latencies, 0.99), 0)}`,
      Object.entries(all.at(-1)?.cpuMs ?? {})
        .map(([who, ms]) => `${who} ${round(ms, 1)}`)
        .join(", "),
    ];
  });
  const heardMs = await eventDelays(cluster);
  const counted = await countPerTask(cluster);
  return {
    title: "A cluster",
    note: `A block that does nothing, ${rounds} rounds of ${tasksPerRound} tasks in turns, ${atOnce} clients at once, from POST to the answer that it has ended; built programs, a PostgreSQL that writes durably, each worker and the embedded server with two tasks at once and two spares. An event was heard by SSE at an API process that did not create the task ${round(median(heardMs), 0)} ms after the worker took it (median; p99 ${round(percentile(heardMs, 0.99), 0)}, most ${round(Math.max(...heardMs), 0)}, of ${heardMs.length}, one every ${tickMs} ms). Of a task, beyond what the same processes do while idle: ${counted}.`,
    columns: ["who", "tasks/s", "× embedded", "ms a task, median / p99", "CPU ms a task"],
    rows,
  };
}

function named(workers: number): string {
  return `1 API process, ${workers} ${workers === 1 ? "worker" : "workers"}`;
}

async function embedded(): Promise<Round> {
  await using data = await makeDataDirectory();
  await using server = await startBuilt(["--port", "0", "--data", data.path, ...workerFlags]);
  return await runTasks(server.client, () => {
    const { ownSeconds, othersSeconds } = cpuTimeOf(server.pid);
    return { server: ownSeconds, executors: othersSeconds };
  });
}

async function clustered(
  { startApi, startWorker, postgres }: Awaited<ReturnType<typeof startBuiltCluster>>,
  count: number,
): Promise<Round> {
  await using workers = await startAll(count, startWorker);
  await using api = await startApi();
  return await runTasks(api.client, () => {
    const times = workers.all.map(({ pid }) => cpuTimeOf(pid));
    const { ownSeconds, othersSeconds } = cpuTimeOf(postgres.pid ?? 0);
    return {
      API: cpuTimeOf(api.pid).ownSeconds,
      workers: times.reduce((sum, time) => sum + time.ownSeconds, 0),
      executors: times.reduce((sum, time) => sum + time.othersSeconds, 0),
      PostgreSQL: ownSeconds + othersSeconds,
    };
  });
}

async function startAll(count: number, start: () => Promise<BuiltProcess>) {
  const all = await Promise.all(Array.from({ length: count }, start));
  const stop = () => Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
  return { all, [Symbol.asyncDispose]: async () => void (await stop()) };
}

async function runTasks(client: TestClient, readCpuSeconds: () => Record<string, number>): Promise<Round> {
  await Promise.all(Array.from({ length: atOnce }, () => runTask(client))); // so that spares are there
  const before = readCpuSeconds();
  const latenciesMs: number[] = [];
  let left = tasksPerRound;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      latenciesMs.push(await runTask(client));
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, loop));
  const perSecond = (tasksPerRound * 1_000) / (performance.now() - startedMs);
  const cpuMs = Object.entries(readCpuSeconds()).map(
    ([who, seconds]) => [who, ((seconds - (before[who] ?? 0)) * 1_000) / tasksPerRound] as const,
  );
  return { perSecond, latenciesMs, cpuMs: Object.fromEntries(cpuMs) };
}

async function runTask(client: TestClient): Promise<number> {
  const startedMs = performance.now();
  const task = await client.waitForEnd(await client.start("measured::nothing"));
  if (task.status !== "completed") throw new Error(`The task ${task.id} ended as ${task.status}.`);
  return performance.now() - startedMs;
}

/** From `created_at` of a log, when the worker took the event, until a client has it; both by this machine's clock. */
async function eventDelays({
  startApi,
  startWorker,
}: Awaited<ReturnType<typeof startBuiltCluster>>): Promise<number[]> {
  await using _worker = await startWorker();
  await using first = await startApi();
  await using second = await startApi();
  const id = await first.client.start("measured::ticks", { count: ticks, pauseMs: tickMs });
  const headers = { Accept: "text/event-stream" };
  const response = await second.client.request(`/v1/tasks/${id}`, { headers });
  const delaysMs: number[] = [];
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const heardAtMs = Date.now();
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data: ") || !line.includes('"type":"BlockOutput"')) continue;
      const { created_at: createdAtMs } = JSON.parse(line.slice(6)) as { created_at: number };
      delaysMs.push(heardAtMs - createdAtMs);
    }
  }
  if (delaysMs.length !== ticks) throw new Error(`${delaysMs.length} of ${ticks} events were heard.`);
  return delaysMs;
}
