import type { TaskLog } from "../types.ts";

/**
 * What a log says about the outputs of its block or flow, in order: those put out, or those returned at its end. Nothing if it
 * is about something else (connect-api 4.3).
 */
export function outputsOfLog({ type, event = {} }: TaskLog): [handle: string, value: unknown][] | undefined {
  if (type === "BlockOutput" || type === "SubflowBlockOutput")
    return typeof event.handle === "string" ? [[event.handle, event.output]] : undefined;
  if (type === "BlockOutputs") return entriesOf(event.outputs);
  if (type === "BlockFinished") return entriesOf(event.result);
  // A flow that put out nothing has no outputs, whatever the blocks in it have.
  return type === "SubflowBlockFinished" ? [] : undefined;
}

function entriesOf(outputs: unknown): [string, unknown][] {
  const isRecord = typeof outputs === "object" && outputs !== null && !Array.isArray(outputs);
  return isRecord ? Object.entries(outputs) : [];
}
