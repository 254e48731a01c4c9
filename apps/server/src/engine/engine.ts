import type { JsonText } from "../json-text.ts";
import type { Runnable } from "../packages/read-package.ts";
import type { Span } from "../tracing/tracing.ts";

/**
 * The seam between tasks and what runs them. A task is one session: it reports events while it runs and settles once,
 * with an outcome instead of an error.
 */
export interface Engine<Runs extends Runnable = Runnable> {
  run(request: SessionRequest<Runs>): Promise<SessionOutcome>;
  /** Ends every process that sessions left behind; no session may run any more. */
  close(): Promise<void>;
}

export interface SessionRequest<Runs extends Runnable = Runnable> {
  block: Runs;
  /** Who asked for it: no process serves two callers. */
  caller: string;
  /** Complete and checked; those of a flow by node, its own under `"_"`. */
  inputs: JsonText;
  /** The folder of the files that were uploaded for it; there is none if there are none. */
  uploads: string;
  /** Called once, when a process works on the session. */
  onStarted(sessionId: string): void;
  /**
   * Called with each event, in order; never after the outcome. Answers what to wait for before the session's processes are
   * listened to again if they say more than can be stored.
   */
  onEvent(event: SessionEvent): Promise<void> | undefined;
  /** Called when its work is done and its process is about to take that of the next session; not for every session. */
  onEnding?(): void;
  /** Of the task; what the engine does for it are parts of that. */
  span?: Span | undefined;
  /** Aborted to stop the session; its processes are then killed. The reason becomes the session's error. */
  signal: AbortSignal;
}

/** One engine event, as oocana-protocol 2.5 writes it. */
export interface SessionEvent {
  type: string;
  /** `null` for events of the whole session. */
  nodeId: string | null;
  event: { type: string; session_id: string; [field: string]: unknown };
}

export type SessionOutcome = "completed" | "failed" | "aborted";

/** What goes wrong before there is a session still needs a log that says why. */
export function refuseSession(request: SessionRequest, error: string): SessionOutcome {
  const { path } = request.block;
  const event = { type: "SessionFinished", session_id: "", finish_at: Date.now(), path, error };
  void request.onEvent({ type: event.type, nodeId: null, event });
  return "failed";
}
