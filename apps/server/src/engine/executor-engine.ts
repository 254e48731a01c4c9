import { basename } from "node:path";
import type { Metrics } from "../metrics.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import { messageOf } from "../values.ts";
import type { ExecutorExit } from "./executor-process.ts";
import {
  type ExecutorMessage,
  type ExecutorSession,
  type ExecutorSettings,
  openExecutorSession,
} from "./executor-session.ts";
import type { OfferedJob } from "./offered-job.ts";
import { type JobFinish, newJobId, runJob } from "./run-job.ts";
import {
  refuseSession,
  type SessionEngine,
  type SessionEvent,
  type SessionOutcome,
  type SessionRequest,
} from "./session.ts";
import { createSpareSessions } from "./spare-sessions.ts";

export interface ExecutorEngineOptions extends ExecutorSettings {
  /** How many executors are kept ready for blocks that ran lately. */
  spareExecutors: number;
  spareIdleMs: number;
  metrics: Pick<Metrics, "executorStarted" | "spareTaken">;
}

/** The engine for blocks: each session is one executor process that runs one block. */
export function createExecutorEngine(settings: ExecutorEngineOptions): SessionEngine<InstalledBlock> {
  const { metrics } = settings;
  const openFor = (purpose: "task" | "spare") => (block: InstalledBlock) => {
    metrics.executorStarted(purpose);
    return openExecutorSession(settings, { ...block, executorName: block.executor.name });
  };
  const { spareExecutors: maxCount, spareIdleMs: idleMs, log } = settings;
  const spares = createSpareSessions({ open: openFor("spare"), maxCount, idleMs, log });
  const leaving = new Set<Promise<void>>();

  /** Goes on in the background: nobody waits for an executor to leave. */
  const leave = (ending: Promise<void>) => {
    const ended = ending
      .catch((error: unknown) => settings.log.warn({ error }, "an executor did not end cleanly"))
      .finally(() => leaving.delete(ended));
    leaving.add(ended);
  };

  return {
    async run(request) {
      const { block } = request;
      const spare = await spares.take(block);
      if (spare) metrics.spareTaken();
      const opened =
        spare?.session ?? (await openFor("task")(block).catch((error: unknown) => messageOf(error)));
      if (typeof opened === "string") return refuseSession(request, opened);
      const { outcome, ending } = await runSession(opened, request, spare?.job);
      leave(ending);
      // Whoever waits for the outcome hears of it first.
      if (outcome !== "aborted") setImmediate(() => spares.prepare(block));
      return outcome;
    },
    async close() {
      await spares.close();
      while (leaving.size > 0) await Promise.all(leaving);
    },
  };
}

async function runSession(
  session: ExecutorSession,
  request: SessionRequest<InstalledBlock>,
  offered: OfferedJob | undefined,
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block, inputs, signal } = request;
  const isAwaitingInputs = offered?.isAwaitingInputs() ?? false;
  const jobId = isAwaitingInputs && offered ? offered.id : newJobId();
  const emit = (event: SessionEvent["event"], nodeId: string | null) =>
    request.onEvent({
      type: event.type,
      nodeId,
      event: { ...event, ...(nodeId !== null && placeOf(block)) },
    });
  const emitOfJob = (message: ExecutorMessage) => emit(message, blockNode);
  const about = { session_id: session.id, job_id: jobId };
  const whole = { session_id: session.id, path: placeOf(block).block_path, partial: false, cache: false };

  request.onStarted(session.id);
  emit({ type: "SessionStarted", ...whole, create_at: Date.now() }, null);
  emitOfJob({ type: "BlockStarted", ...about, inputs, create_at: Date.now() });

  const jobEnd = new AbortController();
  const { mustDie = false, ...finished } = await Promise.race<JobFinish & { mustDie?: boolean }>([
    runJob(session, { id: jobId, block, inputs, onEvent: emitOfJob, isAwaitingInputs }, jobEnd.signal),
    session.exited.then((exit) => describeExit(block, exit)),
    session.tooLarge.then((error) => ({ error, mustDie: true })),
    session.ready.then(
      () => never<JobFinish>(),
      (error: unknown) => ({ error: messageOf(error) }),
    ),
    aborted(signal, jobEnd.signal),
  ]);
  jobEnd.abort();

  emitOfJob({ type: "BlockFinished", ...about, ...finished, finish_at: Date.now() });
  const error = finished.error === undefined ? {} : { error: finished.error };
  const last = { type: "SessionFinished", ...whole, ...error, finish_at: Date.now() };
  emit(last, null);
  if (signal.aborted) return { outcome: "aborted", ending: session.kill() };
  const outcome = finished.error === undefined ? "completed" : "failed";
  return { outcome, ending: mustDie ? session.kill() : session.end(last) };
}

/** The node that a block run directly counts as. */
const blockNode = "_";

function placeOf(block: InstalledBlock): { block_path: string; stacks: [] } {
  // Not where the server keeps it: logs travel to clients.
  return { block_path: `${block.path}/${basename(block.manifestFile)}`, stacks: [] };
}

function describeExit(block: InstalledBlock, { code, spawnError, stderrTail }: ExecutorExit): JobFinish {
  const program = `${block.executor.name}-executor`;
  if (spawnError) return { error: `Failed to spawn ${program}. ${spawnError.message}` };
  const said = stderrTail === "" ? "" : `\n${stderrTail}`;
  return { error: `Executor ${program} exit with code ${code}${said}` };
}

function aborted(signal: AbortSignal, jobEnd: AbortSignal): Promise<JobFinish> {
  return new Promise((resolve) => {
    const stop = () => resolve({ error: messageOf(signal.reason) });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { signal: jobEnd });
  });
}

function never<Value>(): Promise<Value> {
  return new Promise(() => undefined);
}
