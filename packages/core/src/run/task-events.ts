import type { Task, TaskLog, TaskStatus } from "../types.ts";
import { isLogOf, type Preview } from "./log-payloads.ts";
import { placeOf } from "./log-place.ts";
import { outputsOfLog } from "./outputs-of-log.ts";

/** An event of a task, as `for await (const event of run)` yields it. */
export type TaskEvent =
  /**
   * At each new status, and when a pending task waits for another reason (`task.pending_reason`) than before. `progress` is
   * 0…100 of the block that the task runs, as far as it has told.
   */
  | { type: "status"; status: TaskStatus; progress?: number; task: Task }
  /** Every log, once and in order; some logs are followed by an event of their own. `text` is what a block prints. */
  | { type: "log"; text?: string; log: TaskLog }
  /** `progress` is 0…100, of the block at `nodeId`. */
  | { type: "progress"; progress: number; nodeId: string | undefined; log: TaskLog }
  /** `preview.id` is that of the preview which this one replaces. */
  | { type: "preview"; preview: Preview; nodeId: string | undefined; log: TaskLog }
  /** Each value that a block or flow puts out or returns, in order. */
  | { type: "output"; handle: string; value: unknown; nodeId: string | undefined; log: TaskLog }
  /** From the block, or from the client if `log` is missing. */
  | { type: "warning"; message: string; log?: TaskLog };

/** The events of one log, the log itself first, for callers that read logs one by one (oocana-protocol 2.5). */
export function eventsOfLog(log: TaskLog): TaskEvent[] {
  const nodeId = log.node_id ?? undefined;
  const events: TaskEvent[] = [
    isLogOf(log, "BlockLog") ? { type: "log", text: log.event.log, log } : { type: "log", log },
  ];
  const progress = progressOf(log);
  if (progress !== undefined) events.push({ type: "progress", progress, nodeId, log });
  else if (isLogOf(log, "BlockPreview"))
    events.push({ type: "preview", preview: log.event.payload, nodeId, log });
  else if (isLogOf(log, "BlockWarning")) events.push({ type: "warning", message: log.event.warning, log });
  for (const [handle, value] of outputsOfLog(log) ?? [])
    events.push({ type: "output", handle, value, nodeId, log });
  return events;
}

/** 0…100; nothing if the log tells no progress. */
function progressOf(log: TaskLog): number | undefined {
  // Executors of others send what the block says.
  return isLogOf(log, "BlockProgress") ? Math.min(100, Math.max(0, log.event.progress)) : undefined;
}

/** The progress of what the task itself runs, not of a node or block within it. */
export function ownProgressOf(log: TaskLog): number | undefined {
  return placeOf(log).depth === 0 ? progressOf(log) : undefined;
}
