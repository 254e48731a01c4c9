import { setTimeout as delay } from "node:timers/promises";
import { listDescendants } from "../../src/processes/process-tree.ts";
import { type ClusterProcess, startClusterProcess } from "../../test/cluster/cluster-process.ts";
import { waitUntilGone } from "../../test/processes.ts";

export type SlotKind = "api" | "worker";

/** Processes of a cluster that are replaced when they are killed; an API process comes back at its address. */
export interface ClusterSlots extends AsyncDisposable {
  /** What clients take as `baseUrl`, one of each API process. */
  urls: string[];
  /** Kills one with SIGKILL, and starts another in its place. */
  replace(kind: SlotKind, chance: number): Promise<void>;
  /** Tells one to end, as a rollout does, and starts another in its place. */
  roll(kind: SlotKind, chance: number): Promise<void>;
  /** Stops a worker from doing anything for a while; it comes back as if nothing had been. */
  freeze(chance: number, durationMs: number): void;
  /** Resolves when every frozen one is back. */
  settle(): Promise<void>;
  /** The processes that run now. */
  pids(): Record<SlotKind, number[]>;
  /** Tells all to end; each must do so by itself. */
  endAll(): Promise<void>;
  /** What must not have happened so far, in words. */
  problems: readonly string[];
}

interface Slot {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  process: ClusterProcess;
}

export interface SlotsOptions {
  /** Processes of each kind take them in turns. */
  envs: readonly NodeJS.ProcessEnv[];
  packages: readonly string[];
  /** Told what is worth to be known later. */
  onEvent(sentence: string): void;
  counts: Record<SlotKind, number>;
}

/** What it may close in after it was told to end, what a worker lets tasks end in, and how long that may be frozen meanwhile. */
const endsWithinMs = { api: 8_000 + 7_000, worker: 20_000 + 8_000 + 15_000 + 7_000 };
/** Those whose process is killed end by themselves. */
const orphansEndWithinMs = 15_000;
/** Until one is ready, however often it ends before. */
const startsWithinMs = 120_000;

/** Tasks at once of each worker. */
export const workerConcurrency = 2;

const workerFlags = [
  ...["--concurrency", `${workerConcurrency}`, "--spare-executors", "0"],
  ...["--crash-limit", "50"], // they are killed on purpose
  ...["--executor-ready-timeout-ms", "60000"], // all of them share one machine, while others start
];

/** Starts them; each is killed in the end. */
export async function openClusterSlots({
  envs,
  packages,
  counts,
  onEvent,
}: SlotsOptions): Promise<ClusterSlots> {
  const thaws = new Set<Promise<void>>();
  const closing = new AbortController();
  const problems: string[] = [];

  const startUntilReady = async ({ args, env }: Omit<Slot, "process">): Promise<ClusterProcess> => {
    let isReady = false;
    void lateAfter(startsWithinMs).then(() => {
      if (!isReady) problems.push(`${args[0]} was not ready ${startsWithinMs / 1_000} s after its start`);
    });
    while (!closing.signal.aborted) {
      const started = await startClusterProcess(args, env);
      isReady = started.isReady;
      if (isReady) return started;
      onEvent(`${args[0]} ended before it was ready: ${started.output.stderr.trim().split("\n").at(-1)}`);
      await delay(200); // as what restarts it elsewhere would, where the database cannot be reached
    }
    throw new Error("the run is over");
  };
  /** Never, if the run is over before. */
  const lateAfter = (durationMs: number) =>
    new Promise<"late">((resolve) => {
      const timer = setTimeout(() => resolve("late"), durationMs);
      closing.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    });

  const open = async (args: readonly string[], index: number): Promise<Slot> => {
    const env = envs[index % envs.length] as NodeJS.ProcessEnv;
    return { args, env, process: await startUntilReady({ args, env }) };
  };
  const openApi = async (index: number): Promise<Slot> => {
    const flags = ["--lost-after-seconds", "10", "--attempts", "50"];
    const slot = await open(["api", "--port", "0", ...flags], index);
    return { ...slot, args: ["api", "--port", new URL(slot.process.client.url).port, ...flags] };
  };
  const workerArgs = ["worker", ...packages.flatMap((path) => ["--packages", path])];
  const openWorker = (index: number) => open([...workerArgs, ...workerFlags], index);
  const openAll = (count: number, openOne: (index: number) => Promise<Slot>) =>
    Promise.all(Array.from({ length: count }, (_, index) => openOne(index)));
  const [api, worker] = await Promise.all([openAll(counts.api, openApi), openAll(counts.worker, openWorker)]);
  const slots: Record<SlotKind, Slot[]> = { api, worker };
  const pick = (kind: SlotKind, chance: number) =>
    slots[kind][Math.floor(chance * slots[kind].length)] as Slot;

  /** Resolves to the exit code, after everything that the process has started is gone, too. */
  const end = async (kind: SlotKind, { child, exited, output }: ClusterProcess, signal: NodeJS.Signals) => {
    const started = listDescendants(child.pid as number);
    child.kill(signal);
    if ((await Promise.race([exited, lateAfter(endsWithinMs[kind])])) === "late") {
      problems.push(
        `${kind} did not end within ${endsWithinMs[kind] / 1_000} s of ${signal}: ${output.stderr.slice(-2_000)}`,
      );
      child.kill("SIGKILL");
    }
    const code = await exited;
    await waitUntilGone(started, orphansEndWithinMs).catch((error: Error) =>
      problems.push(`${kind} has left processes behind after ${signal}: ${error.message}`),
    );
    return code;
  };

  return {
    urls: api.map(({ process }) => process.client.url),
    problems,
    pids: () => ({ api: pidsOf(slots.api), worker: pidsOf(slots.worker) }),
    async replace(kind, chance) {
      const slot = pick(kind, chance);
      await end(kind, slot.process, "SIGKILL");
      slot.process = await startUntilReady(slot);
    },
    async roll(kind, chance) {
      const slot = pick(kind, chance);
      await end(kind, slot.process, "SIGTERM");
      slot.process = await startUntilReady(slot);
    },
    freeze(chance, durationMs) {
      const { child } = pick("worker", chance).process;
      child.kill("SIGSTOP");
      const thaw = delay(durationMs, undefined, { signal: closing.signal })
        .catch(() => undefined)
        .then(() => void child.kill("SIGCONT"));
      thaws.add(thaw);
      void thaw.finally(() => thaws.delete(thaw));
    },
    async settle() {
      await Promise.all(thaws);
    },
    async endAll() {
      for (const kind of ["worker", "api"] as const) {
        const codes = await Promise.all(slots[kind].map(({ process }) => end(kind, process, "SIGTERM")));
        if (codes.some((code) => code !== 0))
          problems.push(
            `${kind}: those that were told to end, while nothing failed, did so with ${codes.join(", ")}`,
          );
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      const all = [...slots.api, ...slots.worker];
      for (const { process } of all) process.child.kill("SIGKILL");
      await Promise.all(all.map(({ process }) => process.exited));
    },
  };
}

function pidsOf(slots: readonly Slot[]): number[] {
  return slots.flatMap(({ process: { child } }) => child.pid ?? []);
}
