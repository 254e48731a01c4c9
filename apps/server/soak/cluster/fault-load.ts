import {
  type OomolConnectClient,
  TaskFailedError,
  type TaskLog,
  TaskStoppedError,
} from "@oomol/connect-core";
import { drawTask } from "./draw-task.ts";

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
  /** When it was asked for, and how long until its last answer. */
  startedAtMs: number;
  tookMs: number;
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
  const client = clients[Math.floor(random() * clients.length)] as OomolConnectClient;
  const { request, ends, isStopped, check } = drawTask(random);
  const seen: RunSeen = {
    id: undefined,
    status: undefined,
    logs: [],
    problem: undefined,
    startedAtMs: Date.now(),
    tookMs: 0,
  };
  const onLog = (log: TaskLog) => {
    seen.logs.push(log);
  };
  const startedMs = performance.now();
  try {
    const run = await client.tasks.start(request, { timeoutMs: settleMs, onLog });
    seen.id = run.id;
    const ended = run.result().then(({ task }) => ({ status: task.status, reason: "" }), endOf);
    // A stop whose answer is lost may not have been heard: the task then ends by itself.
    if (isStopped) await run.stop().catch(() => undefined);
    const { status, reason } = await ended;
    seen.status = status;
    if (!ends.includes(status)) seen.problem = `ended as ${status}${reason}`;
    if (status === "completed")
      seen.problem ??= await check({
        client,
        id: run.id,
        logs: seen.logs,
        signal: AbortSignal.timeout(settleMs),
      });
  } catch (failure) {
    seen.problem = `the client gave up: ${failure}`;
  }
  seen.tookMs = performance.now() - startedMs;
  return seen;
}

function endOf(failure: unknown): { status: string; reason: string } {
  if (failure instanceof TaskFailedError) return { status: "failed", reason: `: ${failure.reason}` };
  if (failure instanceof TaskStoppedError) return { status: "stopped", reason: "" };
  throw failure;
}
