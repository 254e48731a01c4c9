import { blockNodeId } from "../../inputs/node-inputs.ts";
import type { InstalledFlow } from "../../packages/read-package.ts";
import type { ExecutorExit } from "../../processes/executor-process.ts";
import { isRecord, messageOf } from "../../values.ts";
import type { SessionEvent, SessionOutcome, SessionRequest } from "../engine.ts";
import type { ReportedEvent, RunningEngine } from "./start-engine.ts";

/** From the first event to the last. Where the engine does not say how the session ended, this does. */
export async function followFlow(
  engine: RunningEngine,
  request: SessionRequest<InstalledFlow>,
): Promise<{ outcome: SessionOutcome; ending: Promise<void> }> {
  const { block: flow, signal } = request;
  const onEvent = (event: SessionEvent) => {
    const room = request.onEvent(event);
    if (room !== undefined) engine.room.hold(room);
  };
  const over = new AbortController();
  const reported = new Promise<SessionEnd>((resolve) => {
    const stopListening = engine.listen((event) => {
      onEvent({ type: event.type, nodeId: nodeOf(event), event });
      if (event.type !== "SessionFinished") return;
      stopListening();
      resolve({ error: typeof event.error === "string" ? event.error : undefined, isReported: true });
    });
    over.signal.addEventListener("abort", stopListening);
  });
  const stopped = new Promise<SessionEnd>((resolve) => {
    const stop = () => resolve({ error: messageOf(signal.reason) });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { signal: over.signal });
  });
  const { error, isReported = false } = await Promise.race<SessionEnd>([
    reported,
    engine.process.exited.then(explainExit),
    engine.exceeded.then((error) => ({ error })),
    stopped,
  ]);
  over.abort();
  if (!isReported) {
    const event = {
      type: "SessionFinished",
      session_id: engine.sessionId,
      finish_at: Date.now(),
      path: flow.path,
      ...(error !== undefined && { error }),
    };
    onEvent({ type: event.type, nodeId: null, event });
  }
  const ending = isReported ? engine.process.leave(goodbyeMs) : engine.process.kill();
  if (signal.aborted && !isReported) return { outcome: "aborted", ending };
  return { outcome: error === undefined ? "completed" : "failed", ending };
}

interface SessionEnd {
  error?: string | undefined;
  isReported?: boolean;
}

/** The engine pauses at least 600 ms before it ends its executors and itself. */
const goodbyeMs = 5_000;

function explainExit({ code, spawnError, stderrTail }: ExecutorExit): SessionEnd {
  if (spawnError) return { error: `Failed to spawn oocana. ${spawnError.message}` };
  if (code === 0) return {};
  return { error: `oocana ended with code ${code}${stderrTail === "" ? "" : `\n${stderrTail}`}` };
}

/** The innermost node that an event is about; `null` for the flow and the session, `"_"` for a subflow run by itself. */
function nodeOf({ type, stacks, node_id }: ReportedEvent): string | null {
  if (typeof node_id === "string") return node_id;
  if (!Array.isArray(stacks)) return null;
  const innermost: unknown = stacks.at(-1);
  if (isRecord(innermost) && typeof innermost.node_id === "string") return innermost.node_id;
  return type.includes("Block") ? blockNodeId : null;
}
