import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AttackInput, AttackKind } from "./attack-kind.ts";
import { openHealthProber } from "./health-prober.ts";
import { type Cost, createMeter, type Meter, worse } from "./measure.ts";
import { type StartedTree, startTree } from "./start-tree.ts";
import { runSteadyTasks } from "./steady-tasks.ts";

export interface KindResult extends Cost {
  kind: string;
  inputs: number;
  /** What held the loop longest, and what took the most memory. */
  slowest: string;
  largest: string;
  letIn: string[];
  /** Inputs that had to be given up. */
  unfinished: string[];
  /** Inputs that were left out, since those before them took too long. */
  skipped: number;
}

export interface TreeResult {
  tree: string;
  hasRoles: boolean;
  restBytes: number | undefined;
  endBytes: number | undefined;
  kinds: KindResult[];
  tasks: { accepted: number; refused: number; lost: string[] };
  /** Why it stopped before the end. */
  ended: string | undefined;
}

const inputMs = 20_000;
const kindMs = 50_000;
const settleMs = 1_500;

/** Starts the built server of a tree and sends it all inputs, kind by kind, while others run tasks on it. */
export async function attackTree(
  tree: string,
  kinds: readonly AttackKind[],
  deadline: AbortSignal,
): Promise<TreeResult> {
  const folder = await mkdtemp(join(tmpdir(), "connect-attack-"));
  const server = await startTree(tree, folder);
  const { target, hasRoles } = server;
  const prober = await openHealthProber(target.origin);
  const meter = createMeter(target, prober);
  const results: KindResult[] = [];
  let ended: string | undefined;
  try {
    // What is loaded and compiled once is no cost of an input.
    for (let count = 0; count < 20; count += 1)
      await target.waitForEnd(await target.start("say", { value: 1 }));
    const steady = runSteadyTasks(target);
    await delay(settleMs * 2);
    const restBytes = meter.residentBytes();
    for (const kind of kinds) {
      process.stderr.write(`${kind.name} …\n`);
      results.push(await attackWith(kind, server, meter, deadline));
      if (server.hasEnded()) ended = `the server ended at: ${kind.name}`;
      else if (deadline.aborted) ended = `the time was over at: ${kind.name}`;
      if (ended !== undefined) break;
    }
    const endBytes = meter.residentBytes();
    return { tree, hasRoles, restBytes, endBytes, kinds: results, tasks: await steady.end(), ended };
  } finally {
    await prober.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function attackWith(
  { name, inputs }: AttackKind,
  server: StartedTree,
  meter: Meter,
  deadline: AbortSignal,
): Promise<KindResult> {
  await meter.take();
  let total: Cost = { stallMs: 0, healthMs: 0, healthFailures: 0, extraBytes: 0 };
  const result = { kind: name, inputs: inputs.length, slowest: "", largest: "" };
  const letIn: string[] = [];
  const unfinished: string[] = [];
  let skipped = 0;
  const startedMs = performance.now();
  for (const input of inputs) {
    if (deadline.aborted || server.hasEnded() || performance.now() - startedMs > kindMs) {
      skipped += 1;
      continue;
    }
    const said = await sendWithin(input, server, deadline);
    if (said === late) unfinished.push(input.name);
    else if (said !== undefined) letIn.push(`${input.name}: ${said}`);
    const cost = await meter.take();
    if ((cost.stallMs ?? Number.POSITIVE_INFINITY) > (total.stallMs ?? 0)) result.slowest = input.name;
    if ((cost.extraBytes ?? 0) > (total.extraBytes ?? 0)) result.largest = input.name;
    total = worse(total, cost);
  }
  // What an input leaves to be done counts, too.
  await delay(settleMs, undefined, { signal: deadline }).catch(() => undefined);
  return { ...result, ...worse(total, await meter.take()), letIn, unfinished, skipped };
}

const late = Symbol("late");

/** Rejecting is how a connection that was cut shows: no success of the attack. */
async function sendWithin(input: AttackInput, { target }: StartedTree, deadline: AbortSignal) {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), inputMs);
  const signal = AbortSignal.any([deadline, time.signal]);
  const over = new Promise<typeof late>((resolve) => {
    signal.addEventListener("abort", () => resolve(late), { once: true });
  });
  const sending = input.send(target, signal).catch(() => undefined);
  return Promise.race([sending, over]).finally(() => clearTimeout(timer));
}
