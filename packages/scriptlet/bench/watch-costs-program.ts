// Measures the watch in a process that nothing else has warmed, and tells its parent.
import { createProcessWatch } from "../src/executor/cleanliness/create-process-watch.ts";

export interface WatchCosts {
  createMs: number;
  jobsMs: number[];
  timersMs: number[];
  bareTimersMs: number[];
}

const bareTimersMs = await samples(1_000, setTimers);
const from = process.cpuUsage();
const watch = createProcessWatch();
const createMs = cpuSince(from);
const jobsMs = await samples(2_000, () => watched(async () => undefined));
const timersMs = await samples(1_000, () => watched(setTimers));
const costs: WatchCosts = { createMs, jobsMs, timersMs, bareTimersMs };
process.send?.(costs, () => process.exit());

async function watched(job: () => Promise<void>): Promise<void> {
  watch.begin();
  await job();
  const left = await watch.check({ graceMs: 100 });
  if (left.length > 0)
    throw new Error(`The job left ${left.map(({ description }) => description).join(", ")}.`);
}

async function setTimers(): Promise<void> {
  await Promise.all(Array.from({ length: 10 }, () => new Promise((resolve) => setTimeout(resolve, 1))));
}

async function samples(count: number, work: () => Promise<void>): Promise<number[]> {
  const all: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    const start = process.cpuUsage();
    await work();
    all.push(cpuSince(start));
  }
  return all;
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
