import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { createFaultPlan, createRandom, type TcpFaultKind } from "@oomol/fault-proxy";
import { fixturePackages } from "../../test/open-test-server.ts";
import { checkRest } from "./check-rest.ts";
import { checkTasks } from "./check-tasks.ts";
import { openClusterSlots, type SlotKind, workerConcurrency } from "./cluster-slots.ts";
import { type RunSeen, runTasks } from "./fault-load.ts";
import { type FaultName, faults } from "./faults.ts";
import { openFailingDatabase } from "./open-failing-database.ts";
import { openFailingStorage } from "./open-failing-storage.ts";
import { probeWaits } from "./probe-waits.ts";
import { type MemoryWatch, watchMemory } from "./watch-memory.ts";

export interface FaultRunOptions {
  /** Decides which fault comes when, to whom, and what clients ask for. */
  seed: number;
  /** How long faults happen, and clients start tasks; until each fault has happened once at least. */
  durationMs: number;
  processes: Record<SlotKind, number>;
  /** Tasks under way at once. */
  clients: number;
  /** What happens; all of them, in an order of the seed, before one of them happens again. */
  kinds: readonly FaultName[];
  /** The longest pause between two faults; half of it is the shortest. */
  pauseMs: number;
  /** Which share of new connections to the database breaks, stalls, or passes its bytes in pieces. */
  brokenShare: number;
  /** Told what happens, when it begins. */
  onEvent(sentence: string): void;
}

export interface FaultRunReport {
  /** How often what happened. */
  tally: Record<string, number>;
  /** The longest waits, by what was waited for. */
  longestMs: Record<string, number>;
  /** In MiB, of the processes of each kind. */
  memory: ReturnType<MemoryWatch["close"]>;
  /** What must never happen, in words. */
  problems: string[];
}

const packages = [fixturePackages, fileURLToPath(new URL("../../test/fixtures/measured", import.meta.url))];
/** A worker that is lost keeps its tasks for some 15 s; a task may lose several. */
const settleMs = 180_000;
const connectionFaults: readonly TcpFaultKind[] = ["reset", "truncate", "stall", "split"];

/**
 * Runs tasks by the client while processes of a cluster are killed, frozen and replaced and their database and file storage fail, then
 * looks at every task that was accepted, and at the processes. Half of them reach the database by pgbouncer.
 */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const { seed, durationMs, processes, kinds, pauseMs, brokenShare, onEvent } = options;
  const tally: Record<string, number> = {};
  const count = (what: string, times = 1) => {
    tally[what] = (tally[what] ?? 0) + times;
  };
  const plan = createFaultPlan({ seed, share: brokenShare, kinds: connectionFaults });
  await using database = await openFailingDatabase(plan);
  await using storage = await openFailingStorage();
  const env = { ...process.env, ...storage.env, OOMOL_CONNECT_FILES: storage.address };
  const envs = database.urls.map((url) => ({ ...env, OOMOL_CONNECT_DATABASE: url }));
  await using slots = await openClusterSlots({ envs, packages, counts: processes, onEvent });
  const clients = slots.urls.map(
    (baseUrl) =>
      new OomolConnectClient({ baseUrl, timeoutMs: 10_000, retry: { limit: 1_000, baseMs: 50, maxMs: 500 } }),
  );
  // What the server can do is known from its first answer, and with it that a creation may be repeated.
  await Promise.all(clients.map((client) => client.blocks.list()));
  const first = await runFirst(clients[0] as OomolConnectClient);
  const probe = probeWaits(slots.urls, `/v1/tasks/${first.id}/files/made.txt`);
  const memory = watchMemory(slots.pids);

  const random = createRandom(seed);
  const untilMs = Date.now() + durationMs;
  let isOver = false;
  const disturb = async () => {
    do {
      for (const kind of shuffle(kinds, random)) {
        await delay(pauseMs * (0.5 + random() / 2));
        count(faults[kind].title);
        onEvent(faults[kind].title);
        await faults[kind].happen({ slots, database, storage, random });
      }
    } while (Date.now() < untilMs);
    isOver = true;
  };
  const load = { clients, random: createRandom(seed + 1), atOnce: options.clients, settleMs };
  const [later] = await Promise.all([runTasks({ ...load, isOver: () => isOver }), disturb()]);
  plan.end();
  await Promise.all([slots.settle(), storage.settle()]);
  count(
    "connections to the database broken by chance",
    Object.values(plan.tally).reduce((a, b) => a + b, 0),
  );
  const late = await probe.close();
  const runs = [first, ...later];
  const problems = await checkTasks({ clients, databaseUrl: database.primaryUrl(), runs, count });
  onEvent(describeSlowest(runs));
  const places = processes.worker * workerConcurrency;
  problems.push(
    ...(await checkRest({
      client: clients[0] as OomolConnectClient,
      databaseUrl: database.primaryUrl(),
      places,
    })),
  );
  await Promise.all(clients.map((client) => client.close()));
  await slots.endAll();
  return {
    tally,
    longestMs: { ...probe.longestMs, "a task to end": Math.max(...runs.map(({ tookMs }) => tookMs)) },
    memory: memory.close(),
    problems: [...problems, ...late, ...slots.problems, ...runs.flatMap(problemsOf)],
  };
}

/** A task with a file, which others then ask for. */
async function runFirst(client: OomolConnectClient): Promise<RunSeen & { id: string }> {
  const request = { blockId: "lab::make-files", inputValues: { files: { "made.txt": "made" }, links: {} } };
  const { taskId: id, task, logs } = await client.tasks.run(request);
  return { id, status: task.status, logs, problem: undefined, startedAtMs: 0, tookMs: 0 };
}

/** What the slowest task waited for can be read off the faults of that time. */
function describeSlowest(runs: readonly RunSeen[]): string {
  const [slowest] = runs.toSorted((one, other) => other.tookMs - one.tookMs);
  if (slowest === undefined) return "no task ran";
  const { id, logs, startedAtMs, tookMs } = slowest;
  const passed = (ms: number) => `${((ms - startedAtMs) / 1_000).toFixed(1)} s`;
  const steps = logs
    .filter(({ type }) => type !== "BlockOutput")
    .map(({ type, created_at = 0 }) => `${type} after ${passed(created_at)}`);
  const ago = Math.round((Date.now() - startedAtMs) / 1_000);
  return `the slowest task was ${id}, asked for ${ago} s ago: ${steps.join(", ")}, done after ${passed(startedAtMs + tookMs)}`;
}

function problemsOf({ id, problem }: RunSeen): string[] {
  return problem === undefined ? [] : [`${id ?? "a task that was not created"}: ${problem}`];
}

/** Fisher and Yates. */
function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
  }
  return shuffled;
}
