import type { Metrics } from "../metrics.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledBlock } from "../packages/read-package.ts";
import { messageOf } from "../values.ts";
import { type ExecutorSession, openExecutorSession } from "./executor-session.ts";
import type { ExecutorSettings } from "./executor-settings.ts";
import type { OfferedJob } from "./offered-job.ts";
import { newJobId } from "./run-job.ts";
import {
  refuseSession,
  type SessionEngine,
  type SessionEvent,
  type SessionOutcome,
  type SessionRequest,
} from "./session.ts";
import { createSessionJobs, shownPathOf } from "./session-jobs.ts";
import { createSpareSessions } from "./spare-sessions.ts";

export interface ExecutorEngineOptions extends ExecutorSettings {
  /** Where blocks find the blocks that they run. */
  catalog: PackageCatalog;
  /** How many executors are kept ready for blocks that ran lately. */
  spareExecutors: number;
  spareIdleMs: number;
  metrics: Pick<Metrics, "executorStarted" | "spareTaken">;
}

/** The engine for blocks: each session runs one block, and the blocks that this one runs, on executors of its own. */
export function createExecutorEngine(settings: ExecutorEngineOptions): SessionEngine<InstalledBlock> {
  const { metrics, catalog } = settings;
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
      const { outcome, ending } = await runSession(opened, catalog, request, spare?.job);
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
  catalog: PackageCatalog,
  request: SessionRequest<InstalledBlock>,
  offered: OfferedJob | undefined,
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block, inputs, signal, onEvent } = request;
  const isAwaitingInputs = offered?.take() ?? false;
  const id = isAwaitingInputs && offered ? offered.id : newJobId();
  const whole = { session_id: session.id, path: shownPathOf(block), partial: false, cache: false };
  const emit = (event: SessionEvent["event"]) => onEvent({ type: event.type, nodeId: null, event });

  request.onStarted(session.id);
  emit({ type: "SessionStarted", ...whole, create_at: Date.now() });
  const exceeded = new AbortController();
  void session.exceeded.then((error) => exceeded.abort(new Error(error)));
  const stop = AbortSignal.any([signal, exceeded.signal]);
  const jobs = createSessionJobs({ session, catalog, onEvent });
  const { error } = await jobs.run({ id, block, inputs, isAwaitingInputs }, stop);
  const last = {
    ...{ type: "SessionFinished", ...whole },
    ...(error !== undefined && { error }),
    finish_at: Date.now(),
  };
  emit(last);
  if (signal.aborted) return { outcome: "aborted", ending: session.kill() };
  const outcome = error === undefined ? "completed" : "failed";
  return { outcome, ending: stop.aborted ? session.kill() : session.end(last) };
}
