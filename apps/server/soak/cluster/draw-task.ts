import type { CreateTaskRequest, OomolConnectClient, TaskLog } from "@oomol/connect-core";

/** A task that has ended well, to those who know what it should have made. */
interface Ended {
  client: OomolConnectClient;
  id: string;
  logs: readonly TaskLog[];
  signal: AbortSignal;
}

export interface DrawnTask {
  request: CreateTaskRequest;
  /** The statuses with which it may end. */
  ends: readonly string[];
  /** Whether its client stops it at once. */
  isStopped: boolean;
  /** What is wrong with what it made, in words. */
  check(ended: Ended): Promise<string | undefined>;
}

/** How many events a task has, and how long it takes, is drawn. */
const mostTicks = 40;
const tickMs = 30;
const mostCharacters = 20_000;
const [failingShare, stoppedShare, madeShare, uploadedShare] = [0.1, 0.1, 0.15, 0.15];

/** One of the kinds of tasks that clients run: most put out some values, others fail, are stopped, make a file or get one. */
export function drawTask(random: () => number): DrawnTask {
  const [chance, size] = [random(), random()];
  let share = failingShare;
  if (chance < share) return failing;
  share += stoppedShare;
  if (chance < share) return { ...ticking(size), ends: ["stopped", "completed"], isStopped: true };
  share += madeShare;
  if (chance < share) return making(size);
  share += uploadedShare;
  return chance < share ? uploading(size) : ticking(size);
}

const failing: DrawnTask = {
  request: { blockId: "lab::fail" },
  ends: ["failed"],
  isStopped: false,
  check: async () => undefined,
};

const completing = { ends: ["completed"], isStopped: false };

function ticking(size: number): DrawnTask {
  const count = 1 + Math.floor(size * mostTicks);
  return {
    ...completing,
    request: { blockId: "measured::ticks", inputValues: { count, pauseMs: tickMs } },
    // What the last attempt put out must be whole, and in order.
    async check({ logs }) {
      const start = logs.findLastIndex(({ type }) => type === "SessionStarted");
      const ticks = logs
        .slice(start)
        .flatMap(({ type, event }) =>
          type === "BlockOutput" && event?.handle === "tick" ? [event.output] : [],
        );
      const expected = Array.from({ length: count }, (_, tick) => tick);
      return JSON.stringify(ticks) === JSON.stringify(expected)
        ? undefined
        : `its ${count} outputs came as ${JSON.stringify(ticks)}`;
    },
  };
}

function making(size: number): DrawnTask {
  const text = textOf(size);
  return {
    ...completing,
    request: { blockId: "lab::make-files", inputValues: { files: { "made.txt": text }, links: {} } },
    async check({ client, id, signal }) {
      const made = await (await client.tasks.download(id, "made.txt", { signal })).text();
      return made === text
        ? undefined
        : `its file of ${text.length} characters has ${made.length}, or others`;
    },
  };
}

function uploading(size: number): DrawnTask {
  const text = textOf(size);
  return {
    ...completing,
    request: { blockId: "lab::one-file", files: [{ data: text, name: "given.txt" }] },
    async check({ logs }) {
      const found = logs.findLast(({ type }) => type === "BlockFinished")?.event?.result;
      const sizeOf = (found as { size?: unknown } | undefined)?.size;
      return sizeOf === text.length
        ? undefined
        : `it got ${sizeOf} of the ${text.length} bytes of its upload`;
    },
  };
}

function textOf(size: number): string {
  return `${size} `.repeat(mostCharacters).slice(0, 1 + Math.floor(size * mostCharacters));
}
