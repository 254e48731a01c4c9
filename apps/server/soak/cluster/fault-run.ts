import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { OomolConnectClient } from "@oomol/connect-core";
import { createFaultPlan, createRandom, openTcpFaultProxy, type TcpFaultKind } from "@oomol/fault-proxy";
import { fixturePackages, makeDataDirectory } from "../../test/open-test-server.ts";
import { checkTasks } from "./check-tasks.ts";
import { openClusterSlots, type SlotKind } from "./cluster-slots.ts";
import { type RunSeen, runTasks } from "./fault-load.ts";
import { type FaultName, faults } from "./faults.ts";

export interface FaultRunOptions {
  /** Of a database that has the schema. */
  databaseUrl: string;
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
}

export interface FaultRunReport {
  /** How often what happened. */
  tally: Record<string, number>;
  /** What must never happen, in words. */
  problems: string[];
}

const packages = [fixturePackages, fileURLToPath(new URL("../../test/fixtures/measured", import.meta.url))];
/** A worker that is lost keeps its tasks for some 15 s; a task may lose several. */
const settleMs = 180_000;
const connectionFaults: readonly TcpFaultKind[] = ["reset", "truncate", "stall", "split"];

/**
 * Runs tasks by the client while processes of a cluster are killed and frozen and their connections to the database cut, then
 * looks at every task that was accepted.
 */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const { databaseUrl, seed, durationMs, kinds, pauseMs, brokenShare } = options;
  const tally: Record<string, number> = {};
  const count = (what: string, times = 1) => {
    tally[what] = (tally[what] ?? 0) + times;
  };
  const { hostname, port } = new URL(databaseUrl);
  const plan = createFaultPlan({ seed, share: brokenShare, kinds: connectionFaults });
  await using proxy = await openTcpFaultProxy({ target: { host: hostname, port: Number(port) }, plan });
  await using files = await makeDataDirectory();
  const proxied = Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${proxy.port}` }).href;
  const env = { ...process.env, OOMOL_CONNECT_DATABASE: proxied, OOMOL_CONNECT_FILES: files.path };
  await using slots = await openClusterSlots({ env, packages, counts: options.processes });
  const clients = slots.urls.map(
    (baseUrl) =>
      new OomolConnectClient({ baseUrl, timeoutMs: 10_000, retry: { limit: 1_000, baseMs: 50, maxMs: 500 } }),
  );
  // What the server can do is known from its first answer, and with it that a creation may be repeated.
  await Promise.all(clients.map((client) => client.blocks.list()));

  const random = createRandom(seed);
  const untilMs = Date.now() + durationMs;
  let isOver = false;
  const disturb = async () => {
    do {
      for (const kind of shuffle(kinds, random)) {
        await delay(pauseMs * (0.5 + random() / 2));
        count(faults[kind].title);
        await faults[kind].happen({ slots, proxy, random });
      }
    } while (Date.now() < untilMs);
    isOver = true;
  };
  const load = { clients, random: createRandom(seed + 1), atOnce: options.clients, settleMs };
  const [runs] = await Promise.all([runTasks({ ...load, isOver: () => isOver }), disturb()]);
  plan.end();
  await slots.settle();
  count(
    "connections to the database broken by chance",
    Object.values(plan.tally).reduce((a, b) => a + b, 0),
  );
  const problems = await checkTasks({ clients, databaseUrl, runs, count });
  await Promise.all(clients.map((client) => client.close()));
  return { tally, problems: [...problems, ...runs.flatMap(problemsOf)] };
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
