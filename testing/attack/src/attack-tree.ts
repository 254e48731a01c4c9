import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AttackInput, AttackKind } from "./attack-kind.ts";
import { openHealthProber } from "./health-prober.ts";
import { type Cost, createMeter, type Meter, worse } from "./measure.ts";
import { startTree } from "./start-tree.ts";
import { runSteadyTasks } from "./steady-tasks.ts";
import type { Target } from "./target.ts";

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
  /** How often the server did not answer any more, and was killed and started again. */
  hangs: number;
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

/** The server of one tree while it is attacked. */
export interface AttackedTree {
  /** Sends it the inputs of one kind. */
  attack(kind: AttackKind): Promise<void>;
  isOver(): boolean;
  /** Stops it, and answers what was found. */
  end(): Promise<TreeResult>;
}

/** What takes longer is given up; of a server that does not answer after it, all that is known is that it takes longer. */
export const inputMs = 20_000;
const kindMs = 50_000;
const settleMs = 1_500;
const lifeSignMs = 3_000;

/** Starts the built server of a tree, on which others run tasks meanwhile. */
export async function openTree(tree: string, deadline: AbortSignal): Promise<AttackedTree> {
  const results: KindResult[] = [];
  let started = await startAttacked(tree);
  const { hasRoles } = started;
  const restBytes = started.meter.residentBytes();
  let ended: string | undefined;

  const measure = async (kind: AttackKind): Promise<KindResult> => {
    const { name, inputs } = kind;
    await started.meter.take();
    let total: Cost = { stallMs: 0, healthMs: 0, healthFailures: 0, extraBytes: 0 };
    const result = { kind: name, inputs: inputs.length, slowest: "", largest: "", hangs: 0, skipped: 0 };
    const letIn: string[] = [];
    const unfinished: string[] = [];
    const startedMs = performance.now();
    for (const input of inputs) {
      if (deadline.aborted || started.hasEnded() || performance.now() - startedMs > kindMs) {
        result.skipped += 1;
        continue;
      }
      const said = await sendWithin(input, started.target, deadline);
      if (said === late) unfinished.push(input.name);
      else if (said !== undefined) letIn.push(`${input.name}: ${said}`);
      if (said === late && !started.hasEnded() && !(await isAlive(started.target))) {
        result.hangs += 1;
        result.slowest = input.name;
        total = worse(total, { stallMs: inputMs, healthMs: inputMs, healthFailures: 1, extraBytes: 0 });
        await started.close("SIGKILL");
        started = await startAttacked(tree);
        continue;
      }
      const cost = await started.meter.take();
      if ((cost.stallMs ?? Number.POSITIVE_INFINITY) > (total.stallMs ?? 0)) result.slowest = input.name;
      if ((cost.extraBytes ?? 0) > (total.extraBytes ?? 0)) result.largest = input.name;
      total = worse(total, cost);
    }
    // What an input leaves to be done counts, too.
    await delay(settleMs, undefined, { signal: deadline }).catch(() => undefined);
    return { ...result, ...worse(total, await started.meter.take()), letIn, unfinished };
  };

  return {
    async attack(kind) {
      results.push(await measure(kind));
      if (started.hasEnded()) ended = `the server ended at: ${kind.name}`;
      else if (deadline.aborted) ended = `the time was over at: ${kind.name}`;
    },
    isOver: () => ended !== undefined,
    async end() {
      const endBytes = started.meter.residentBytes();
      const tasks = await started.endTasks();
      await started.close();
      return { tree, hasRoles, restBytes, endBytes, kinds: results, tasks, ended };
    },
  };
}

interface StartedAttacked {
  target: Target;
  hasRoles: boolean;
  meter: Meter;
  hasEnded(): boolean;
  endTasks(): Promise<TreeResult["tasks"]>;
  close(signal?: NodeJS.Signals): Promise<void>;
}

async function startAttacked(tree: string): Promise<StartedAttacked> {
  const folder = await mkdtemp(join(tmpdir(), "connect-attack-"));
  const server = await startTree(tree, folder);
  const { target, hasRoles } = server;
  const prober = await openHealthProber(target.origin);
  // What is loaded and compiled once is no cost of an input.
  for (let count = 0; count < 20; count += 1)
    await target.waitForEnd(await target.start("say", { value: 1 }));
  const steady = runSteadyTasks(target);
  await delay(settleMs * 2);
  return {
    target,
    hasRoles,
    meter: createMeter(target, prober),
    hasEnded: server.hasEnded,
    endTasks: () => steady.end(),
    async close(signal) {
      await prober.close();
      await server.stop(signal);
      void steady.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const late = Symbol("late");

/** Rejecting is how a connection that was cut shows: no success of the attack. */
async function sendWithin(input: AttackInput, target: Target, deadline: AbortSignal) {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), inputMs);
  const signal = AbortSignal.any([deadline, time.signal]);
  const over = new Promise<typeof late>((resolve) => {
    signal.addEventListener("abort", () => resolve(late), { once: true });
  });
  const sending = input.send(target, signal).catch(() => undefined);
  return Promise.race([sending, over]).finally(() => clearTimeout(timer));
}

async function isAlive(target: Target): Promise<boolean> {
  const signal = AbortSignal.timeout(lifeSignMs);
  return fetch(`${target.origin}/healthz`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}
