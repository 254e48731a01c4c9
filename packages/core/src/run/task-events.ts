import type { Task, TaskLog, TaskStatus } from "../types.ts";

/** An event of a task, as `for await (const event of run)` yields it. */
export type TaskEvent =
  | { type: "status"; status: TaskStatus; task: Task }
  /** Every log, once and in order; some logs are followed by an event of their own. */
  | { type: "log"; log: TaskLog }
  /** `progress` is 0…100, of the block at `nodeId`. */
  | { type: "progress"; progress: number; nodeId: string | undefined; log: TaskLog }
  | { type: "preview"; preview: { type: string; data: unknown }; nodeId: string | undefined; log: TaskLog }
  | { type: "output"; handle: string; value: unknown; nodeId: string | undefined; log: TaskLog }
  /** From the block, or from the client if `log` is missing. */
  | { type: "warning"; message: string; log?: TaskLog };

/** The events of one log, the log itself first, for callers that read logs one by one (oocana-protocol 2.5). */
export function eventsOfLog(log: TaskLog): TaskEvent[] {
  const event = log.event ?? {};
  const nodeId = log.node_id ?? undefined;
  const events: TaskEvent[] = [{ type: "log", log }];
  if (log.type === "BlockProgress" && typeof event.progress === "number") {
    events.push({ type: "progress", progress: event.progress, nodeId, log });
  } else if (log.type === "BlockPreview" && isPreview(event.payload)) {
    events.push({ type: "preview", preview: event.payload, nodeId, log });
  } else if (log.type === "BlockOutput" && typeof event.handle === "string") {
    events.push({ type: "output", handle: event.handle, value: event.output, nodeId, log });
  } else if (log.type === "BlockOutputs" && typeof event.outputs === "object" && event.outputs !== null) {
    for (const [handle, value] of Object.entries(event.outputs)) {
      events.push({ type: "output", handle, value, nodeId, log });
    }
  } else if (log.type === "BlockWarning" && typeof event.warning === "string") {
    events.push({ type: "warning", message: event.warning, log });
  }
  return events;
}

function isPreview(payload: unknown): payload is { type: string; data: unknown } {
  return (
    typeof payload === "object" &&
    payload !== null &&
    "data" in payload &&
    typeof Reflect.get(payload, "type") === "string"
  );
}
