import {
  type OomolConnectClient,
  TaskFailedError,
  type TaskLog,
  TaskStoppedError,
} from "@oomol/connect-core";

/** A task as its client saw it. */
export interface RunSeen {
  /** `undefined` where it was never accepted. */
  id: string | undefined;
  /** The status with which it ended. */
  status: string | undefined;
  /** Each log that the client was given, in its order. */
  logs: TaskLog[];
  /** What must not happen. */
  problem: string | undefined;
}

export interface LoadOptions {
  clients: readonly OomolConnectClient[];
  random: () => number;
  /** Tasks under way at once. */
  atOnce: number;
  /** Whether no more tasks are to be started. */
  isOver(): boolean;
  /** How long one may take to end. */
  settleMs: number;
}

/** How many events a task has, and how long it takes, is drawn; some are stopped, and some fail by themselves. */
const mostTicks = 40;
const tickMs = 30;
const [stoppedShare, failingShare] = [0.1, 0.1];

/** Keeps some tasks under way until it is time, then lets those end. */
export async function runTasks(options: LoadOptions): Promise<RunSeen[]> {
  const seen: RunSeen[] = [];
  const work = async () => {
    while (!options.isOver()) seen.push(await runOne(options));
  };
  await Promise.all(Array.from({ length: options.atOnce }, work));
  return seen;
}

async function runOne({ clients, random, settleMs }: LoadOptions): Promise<RunSeen> {
  const [choice, chance, kind] = [random(), random(), random()];
  const client = clients[Math.floor(choice * clients.length)] as OomolConnectClient;
  const count = 1 + Math.floor(chance * mostTicks);
  const isFailing = kind < failingShare;
  const isStopped = !isFailing && kind < failingShare + stoppedShare;
  const request = isFailing
    ? { blockId: "lab::fail" }
    : { blockId: "measured::ticks", inputValues: { count, pauseMs: tickMs } };
  const seen: RunSeen = { id: undefined, status: undefined, logs: [], problem: undefined };
  const onLog = (log: TaskLog) => {
    seen.logs.push(log);
  };
  try {
    const run = await client.tasks.start(request, { timeoutMs: settleMs, onLog });
    seen.id = run.id;
    const ended = run.result().then(({ task }) => ({ status: task.status, reason: "" }), endOf);
    // A stop whose answer is lost may not have been heard: the task then ends by itself.
    if (isStopped) await run.stop().catch(() => undefined);
    const { status, reason } = await ended;
    seen.status = status;
    const expected = isFailing ? ["failed"] : isStopped ? ["stopped", "completed"] : ["completed"];
    if (!expected.includes(status)) seen.problem = `ended as ${status}${reason}`;
    if (status === "completed") seen.problem ??= checkTicks(seen.logs, count);
  } catch (failure) {
    seen.problem = `the client gave up: ${failure}`;
  }
  return seen;
}

function endOf(failure: unknown): { status: string; reason: string } {
  if (failure instanceof TaskFailedError) return { status: "failed", reason: `: ${failure.reason}` };
  if (failure instanceof TaskStoppedError) return { status: "stopped", reason: "" };
  throw failure;
}

/** What the last attempt put out must be whole, and in order. */
function checkTicks(logs: readonly TaskLog[], count: number): string | undefined {
  const start = logs.findLastIndex(({ type }) => type === "SessionStarted");
  const ticks = logs
    .slice(start)
    .flatMap(({ type, event }) => (type === "BlockOutput" && event?.handle === "tick" ? [event.output] : []));
  const expected = Array.from({ length: count }, (_, tick) => tick);
  return JSON.stringify(ticks) === JSON.stringify(expected)
    ? undefined
    : `its ${count} outputs came as ${JSON.stringify(ticks)}`;
}
