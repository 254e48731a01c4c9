import { existsSync } from "node:fs";
import { traceOfJob } from "@oomol/connect-shared/job-trace";
import { isSampled, type TraceContext } from "@oomol/connect-shared/trace-context";
import { blockNodeId } from "../../inputs/node-inputs.ts";
import type { PackageCatalog } from "../../packages/package-catalog.ts";
import type { InstalledBlock } from "../../packages/read-package.ts";
import { isConfined, unconfined } from "../../processes/confine-executor.ts";
import { noSpan, type Span } from "../../tracing/tracing.ts";
import { messageOf } from "../../values.ts";
import {
  type Engine,
  refuseSession,
  type SessionEvent,
  type SessionOutcome,
  type SessionRequest,
} from "../engine.ts";
import { followSignal } from "../follow-signal.ts";
import { createExecutorPool, type ExecutorPoolOptions } from "../spares/executor-pool.ts";
import { asExecuted } from "./built-in-executors.ts";
import { describeStrays } from "./describe-strays.ts";
import { createSessionPathHider } from "./hide-session-paths.ts";
import { openSession, type Session } from "./open-session.ts";
import { newJobId } from "./run-on-executor.ts";
import { createSessionJobs, shownPathOf } from "./session-jobs.ts";

export interface BlockEngineOptions extends ExecutorPoolOptions {
  /** Where blocks find the blocks that they run. */
  catalog: PackageCatalog;
}

/** The engine for blocks: each session runs one block, and the blocks that this one runs, on executors of its own. */
export function createBlockEngine(settings: BlockEngineOptions): Engine<InstalledBlock> {
  const { taskMemoryBytes, log } = settings;
  const pool = createExecutorPool(settings);
  const leaving = new Set<Promise<void>>();

  /** Goes on in the background: nobody waits for an executor to leave. */
  const leave = (ending: Promise<void>) => {
    const ended = ending
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, "an executor did not end cleanly"))
      .finally(() => leaving.delete(ended));
    leaving.add(ended);
    return ended;
  };

  return {
    async run(asked) {
      const request = { ...asked, block: asExecuted(asked.block) };
      const { block, caller, span = noSpan } = request;
      const scope = { ...block, executorName: block.executor.name, firstBlock: block };
      const mustLetIn = isConfined(settings.confinement ?? unconfined) && existsSync(request.uploads);
      const uploads = mustLetIn ? request.uploads : undefined;
      const jobId = newJobId();
      const trace = placeOfJob(span, jobId, settings.tracing);
      const owner = { caller, uploads, taskMemoryBytes, trace };
      const starting = span.child("start executor", {
        attributes: { "oomol.executor.name": block.executor.name },
      });
      const opening = openSession(pool, scope, owner);
      // What its blocks import may take seconds to load.
      const opened = await untilAborted(opening, request.signal).catch((error: unknown) => messageOf(error));
      starting.end(typeof opened === "string" ? opened : undefined);
      if (opened === undefined) {
        void leave(opening.then((session) => session.kill()));
        return "aborted";
      }
      if (typeof opened === "string") return refuseSession(request, opened);
      const { outcome, ending } = await runSession(opened, settings, request, jobId);
      // Unless the process comes back itself.
      const left = leave(ending);
      if (outcome !== "aborted") void left.then(() => pool.prepare({ ...scope, caller, trace }, block));
      return outcome;
    },
    async close() {
      await pool.close();
      while (leaving.size > 0) await Promise.all(leaving);
    },
  };
}

/**
 * Where in a trace the task's own block is, for those who are told before its span begins: by the id that the span is going to have if
 * the SDK takes ours, and otherwise the task. Nothing if nobody keeps it.
 */
function placeOfJob(
  { context }: Span,
  jobId: string,
  tracing: BlockEngineOptions["tracing"],
): TraceContext | undefined {
  if (context === undefined || !isSampled(context)) return undefined;
  return tracing?.relays ? traceOfJob(context, jobId) : context;
}

/** Resolves with nothing if the signal is aborted first. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => (onAbort = () => resolve(undefined)));
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  return await Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}

async function runSession(
  session: Session,
  { catalog, dataDirectory }: Pick<BlockEngineOptions, "catalog" | "dataDirectory">,
  request: SessionRequest<InstalledBlock>,
  jobId: string,
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block, inputs, signal } = request;
  const whole = { session_id: session.id, path: shownPathOf(block), partial: false, cache: false };
  const emit = (event: SessionEvent["event"], nodeId: string | null = null) =>
    void request.onEvent({ type: event.type, nodeId, event });

  request.onStarted(session.id);
  emit({ type: "SessionStarted", ...whole, create_at: Date.now() });
  using stop = followSignal(signal);
  void session.exceeded.then((error) => stop.abort(new Error(error)));
  const hidePaths = createSessionPathHider(session, dataDirectory);
  const { span, onEvent } = request;
  if (span) session.room.onSpan(span.relay);
  const jobs = createSessionJobs({ session, catalog, hidePaths, span, onEvent });
  const onEnding = () => {
    if (session.expectEnd()) request.onEnding?.();
  };
  const { error } = await jobs.run({ id: jobId, block, inputs, onEnding }, stop.signal);
  const strays = session.endStrays();
  if (strays.length > 0) {
    const about = { session_id: session.id, job_id: jobId, block_path: whole.path, stacks: [] };
    emit({ type: "BlockWarning", ...about, warning: describeStrays(strays) }, blockNodeId);
  }
  const last = {
    type: "SessionFinished",
    ...whole,
    ...(error !== undefined && { error }),
    finish_at: Date.now(),
  };
  emit(hidePaths(block, last));
  if (signal.aborted) return { outcome: "aborted", ending: session.kill() };
  const outcome = error === undefined ? "completed" : "failed";
  return { outcome, ending: stop.signal.aborted ? session.kill() : session.end(last) };
}
