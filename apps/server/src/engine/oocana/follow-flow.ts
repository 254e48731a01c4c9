import type { SessionMessage } from "../../broker/session-message.ts";
import { blockNodeId } from "../../inputs/node-inputs.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import type { StartedExit } from "../../processes/executor-process.ts";
import { noSpan } from "../../tracing/tracing.ts";
import { isRecord, messageOf } from "../../values.ts";
import type { SessionOutcome, SessionRequest } from "../engine.ts";
import { createFlowProgress } from "./flow-progress.ts";
import { createFlowSpans } from "./flow-spans.ts";
import type { FlowWarning } from "./flow-warnings.ts";
import type { ReportedEvent, RunningEngine } from "./start-engine.ts";

/** From the first event to the last. Where the engine does not say how the session ended, this does. */
export async function followFlow(
  engine: RunningEngine,
  request: SessionRequest<InstalledFlow>,
  warnings: readonly FlowWarning[],
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block: flow, signal, span = noSpan } = request;
  const { sessionId: session_id, watch, room } = engine;
  let held = Promise.resolve();
  const progress = createFlowProgress(flow);
  const spans = createFlowSpans(span);
  room.onSpan(span.relay);
  const emit = (event: ReportedEvent) => {
    spans.see(event);
    for (const one of [...progress.before(event), event]) {
      const until = request.onEvent({ type: one.type, nodeId: nodeOf(one), event: one });
      if (until === undefined || until === held) continue;
      held = until;
      room.hold(until);
      watch.hold(until);
    }
  };
  const warn = (warning: string, of: Partial<SessionMessage> = {}) => {
    const { job_id = "", stacks = [], block_path } = of;
    const about = { session_id, job_id, stacks, ...(block_path !== undefined && { block_path }) };
    emit(engine.hidePaths({ type: "BlockWarning", ...about, warning }));
  };
  const over = new AbortController();
  const reported = new Promise<SessionEnd>((resolve) => {
    let hasRun = false;
    const stopListening = engine.listen((told) => {
      const event = hasRun || flow.nodes.length === 0 ? told : withIdleness(told);
      hasRun ||= event.type === "BlockStarted";
      emit(event);
      if (event.type === "SessionStarted") {
        for (const { nodeId, warning } of warnings)
          warn(warning, { stacks: [{ flow: flow.path, node_id: nodeId }] });
      }
      if (event.type !== "SessionFinished") return;
      stopListening();
      resolve({ error: typeof event.error === "string" ? event.error : undefined, isReported: true });
    });
    over.signal.addEventListener("abort", stopListening);
  });
  const stopWarnings = room.onWarning((warning, { job_id }) => warn(warning, watch.startOf(job_id)));
  const stopped = new Promise<SessionEnd>((resolve) => {
    const stop = () => resolve({ error: messageOf(signal.reason) });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { signal: over.signal });
  });
  const { error, isReported = false } = await Promise.race<SessionEnd>([
    reported,
    // What it said last may be unread yet.
    engine.process.exited.then(async (exit) => {
      await held;
      await room.whenRead();
      return explainExit(exit);
    }),
    engine.exceeded.then((error) => ({ error })),
    watch.standstill.then((standstill) => {
      if (!standstill.isOver) return { error: standstill.error };
      warn(standstill.warning, standstill.of);
      return {};
    }),
    stopped,
  ]);
  over.abort();
  stopWarnings();
  watch.stop();
  spans.close();
  span.end(error);
  if (!isReported) {
    const how = { path: flow.path, ...(error !== undefined && { error }) };
    emit({ type: "SessionFinished", session_id, finish_at: Date.now(), ...how });
  }
  const ending = isReported ? engine.process.leave(goodbyeMs) : engine.process.kill();
  if (signal.aborted && !isReported) return { outcome: "aborted", ending };
  return { outcome: error === undefined ? "completed" : "failed", ending };
}

interface SessionEnd {
  error?: string | undefined;
  isReported?: boolean;
}

/** The engine calls it a success if it runs none of a flow's nodes (oocana-protocol 10, 7.2). */
function withIdleness(event: ReportedEvent): ReportedEvent {
  if (event.type !== "SessionFinished" || typeof event.error === "string") return event;
  return { ...event, error: "The engine has ended the flow without running any of its nodes." };
}

/** The engine pauses at least 600 ms before it ends its executors and itself. */
const goodbyeMs = 5_000;

function explainExit({ code, spawnError, stderrTail }: StartedExit): SessionEnd {
  if (spawnError) return { error: `Failed to spawn oocana. ${spawnError.message}` };
  if (code === 0) return { error: "oocana ended without telling how the flow ended." };
  return { error: `oocana ended with code ${code}${stderrTail === "" ? "" : `\n${stderrTail}`}` };
}

/**
 * The innermost node that an event is about; `null` for the flow and the session, `"_"` for a subflow run by itself. A preview that a
 * subflow forwards is one of the subflow's node, though it names the node inside as well.
 */
function nodeOf({ type, stacks, node_id }: ReportedEvent): string | null {
  if (!Array.isArray(stacks)) return null;
  const innermost: unknown = stacks.at(-1);
  if (isRecord(innermost) && typeof innermost.node_id === "string") return innermost.node_id;
  if (typeof node_id === "string") return node_id;
  return type.includes("Block") ? blockNodeId : null;
}
