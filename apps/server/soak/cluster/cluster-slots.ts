import { setTimeout as delay } from "node:timers/promises";
import { type ClusterProcess, startClusterProcess } from "../../test/cluster/cluster-process.ts";

export type SlotKind = "api" | "worker";

/** Processes of a cluster that are replaced when they are killed; an API process comes back at its address. */
export interface ClusterSlots extends AsyncDisposable {
  /** What clients take as `baseUrl`, one of each API process. */
  urls: string[];
  /** Kills one with SIGKILL, and starts another in its place. */
  replace(kind: SlotKind, chance: number): Promise<void>;
  /** Tells one to end, as a rollout does, and starts another in its place; rejects if it does not end in time. */
  roll(kind: SlotKind, chance: number): Promise<void>;
  /** Stops a worker from doing anything for a while; it comes back as if nothing had been. */
  freeze(chance: number, durationMs: number): void;
  /** Resolves when every frozen one is back. */
  settle(): Promise<void>;
}

interface Slot {
  args: readonly string[];
  process: ClusterProcess;
}

export interface SlotsOptions {
  env: NodeJS.ProcessEnv;
  packages: readonly string[];
  counts: Record<SlotKind, number>;
}

/** What a worker lets tasks end in, what it may close in, and how long it may be frozen meanwhile. */
const endsWithinMs = 20_000 + 8_000 + 15_000 + 10_000;

const workerFlags = [
  ...["--concurrency", "2", "--spare-executors", "0"],
  ...["--crash-limit", "50"], // they are killed on purpose
  ...["--executor-ready-timeout-ms", "60000"], // all of them share one machine, while others start
];

/** Starts them; each is killed in the end. */
export async function openClusterSlots({ env, packages, counts }: SlotsOptions): Promise<ClusterSlots> {
  const thaws = new Set<Promise<void>>();
  const closing = new AbortController();

  const startUntilReady = async (args: readonly string[]): Promise<ClusterProcess> => {
    while (!closing.signal.aborted) {
      const started = await startClusterProcess(args, env);
      if (started.isReady) return started;
      await delay(200); // as what restarts it elsewhere would, where the database cannot be reached
    }
    throw new Error("the run is over");
  };
  const open = async (args: readonly string[]): Promise<Slot> => ({
    args,
    process: await startUntilReady(args),
  });
  const openApi = async (): Promise<Slot> => {
    const flags = ["--lost-after-seconds", "10", "--attempts", "50"];
    const { process } = await open(["api", "--port", "0", ...flags]);
    return { args: ["api", "--port", new URL(process.client.url).port, ...flags], process };
  };
  const workerArgs = ["worker", ...packages.flatMap((path) => ["--packages", path])];
  const openWorker = () => open([...workerArgs, ...workerFlags]);
  const openAll = (count: number, openOne: () => Promise<Slot>) =>
    Promise.all(Array.from({ length: count }, openOne));
  const [api, worker] = await Promise.all([openAll(counts.api, openApi), openAll(counts.worker, openWorker)]);
  const slots: Record<SlotKind, Slot[]> = { api, worker };
  const pick = (kind: SlotKind, chance: number) =>
    slots[kind][Math.floor(chance * slots[kind].length)] as Slot;

  return {
    urls: api.map(({ process }) => process.client.url),
    async replace(kind, chance) {
      const slot = pick(kind, chance);
      slot.process.child.kill("SIGKILL");
      await slot.process.exited;
      slot.process = await startUntilReady(slot.args);
    },
    async roll(kind, chance) {
      const slot = pick(kind, chance);
      const { child, exited } = slot.process;
      child.kill("SIGTERM");
      const late = delay(endsWithinMs, "late" as const, { signal: closing.signal, ref: false });
      if ((await Promise.race([exited, late])) === "late")
        throw new Error(`A process (${kind}) that was told to end did not within ${endsWithinMs / 1_000} s.`);
      slot.process = await startUntilReady(slot.args);
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
    async [Symbol.asyncDispose]() {
      closing.abort();
      const all = [...slots.api, ...slots.worker];
      for (const { process } of all) process.child.kill("SIGKILL");
      await Promise.all(all.map(({ process }) => process.exited));
    },
  };
}
