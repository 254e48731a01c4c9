import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { makeDataDirectory } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";

export interface KillRunOptions {
  tasks: number;
  kills: number;
  /** Decides when the server is killed. */
  seed: number;
  /** How many are submitted at once. */
  submitters: number;
  serverFlags?: readonly string[];
  /** Runs what was built into `dist`. */
  isBuilt?: boolean;
  onProgress?(text: string): void;
}

/** What became of the tasks; `ranOnce` and the like count runs as the blocks themselves wrote them down. */
export interface Tally {
  submitted: number;
  /** Task ids that the server answered, each counted once. */
  distinctIds: number;
  completed: number;
  /** Failed because the server died while they ran. */
  interrupted: number;
  /** How the rest ended, and why; nothing is expected here. */
  others: string[];
  unknownToServer: number;
  notRun: number;
  ranOnce: number;
  ranMore: number;
  completedWithoutRun: number;
  kills: number;
}

const packages = fileURLToPath(new URL("./fixtures/tally", import.meta.url));
const reason = "The server was stopped while the task ran.";

/** Submits tasks while the server, a program of its own, is killed with SIGKILL and started again; counts what happened. */
export async function killRun(options: KillRunOptions): Promise<Tally> {
  await using data = await makeDataDirectory();
  const file = join(data.path, "runs.txt");
  const flags = ["--packages", packages, "--data", data.path, ...(options.serverFlags ?? [])];
  const start = (args: readonly string[]) => startProgram(args, { isBuilt: options.isBuilt ?? false });
  const first = await start(flags);
  const { port } = new URL(first.client.url);
  let server = first;
  await using client = new OomolConnectClient({
    baseUrl: first.client.url,
    retry: { limit: 10_000, baseMs: 50, maxMs: 500 },
  });
  await client.blocks.list(); // so that it knows of idempotency before the first kill

  const ids: string[] = [];
  const submitAll = async () => {
    let next = 0;
    const submit = async () => {
      while (next < options.tasks) {
        const name = String(next);
        next += 1;
        const { task } = await client.tasks.create({ blockId: "tally::tally", inputValues: { file, name } });
        ids[Number(name)] = task.id;
      }
    };
    await Promise.all(Array.from({ length: options.submitters }, submit));
  };
  const countRuns = () => readLines(file).length;

  // Progress is what was accepted and what has run; kills are spread over it.
  const progress = () => ids.filter(Boolean).length + countRuns();
  const thresholds = killPoints(options);
  const killAll = async () => {
    for (const threshold of thresholds) {
      while (progress() < threshold) await delay(5);
      server.child.kill("SIGKILL");
      await server.exited;
      options.onProgress?.(`killed at ${ids.filter(Boolean).length} accepted, ${countRuns()} run`);
      server = await start([...flags, "--port", port]);
    }
  };

  try {
    await Promise.all([submitAll(), killAll()]);
    return await takeTally(client, ids, file, thresholds.length);
  } finally {
    server.child.kill("SIGTERM");
    await server.exited;
  }
}

/** Never after the last tenth: the last kill must strike while something is left. */
function killPoints({ tasks, kills, seed }: KillRunOptions): number[] {
  const random = createRandom(seed);
  const share = 1.8 / kills;
  return Array.from({ length: kills }, (_, kill) => Math.floor(tasks * share * (kill + random())));
}

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return []; // nothing has run yet
  }
}

async function takeTally(
  client: OomolConnectClient,
  ids: readonly string[],
  file: string,
  kills: number,
): Promise<Tally> {
  const isOpen = (status: string) => !["completed", "failed", "stopped"].includes(status);
  let tasks = (await client.tasks.list()).tasks;
  while (tasks.some((task) => isOpen(task.status))) {
    await delay(500);
    tasks = (await client.tasks.list()).tasks;
  }
  const known = new Map(tasks.map((task) => [task.id, task]));
  const runs = new Map<string, number>();
  for (const name of readLines(file)) runs.set(name, (runs.get(name) ?? 0) + 1);
  const tally: Tally = {
    submitted: ids.length,
    distinctIds: new Set(ids).size,
    kills,
    completed: 0,
    interrupted: 0,
    others: [],
    unknownToServer: known.size - ids.length,
    notRun: 0,
    ranOnce: 0,
    ranMore: 0,
    completedWithoutRun: 0,
  };
  for (const [index, id] of ids.entries()) {
    const count = runs.get(String(index)) ?? 0;
    if (count === 0) tally.notRun += 1;
    else if (count === 1) tally.ranOnce += 1;
    else tally.ranMore += 1;
    const task = known.get(id);
    if (!task) {
      tally.unknownToServer += 1;
      continue;
    }
    if (task.status === "completed") {
      tally.completed += 1;
      if (count === 0) tally.completedWithoutRun += 1;
      continue;
    }
    const error = await errorOf(client, id);
    if (task.status === "failed" && error === reason) tally.interrupted += 1;
    else tally.others.push(`${task.status}: ${error}`);
  }
  return tally;
}

/** What its session ended with. */
async function errorOf(client: OomolConnectClient, id: string): Promise<unknown> {
  const { logs } = await client.tasks.getLogs(id);
  return logs.at(-1)?.event?.error;
}
