import { placeOf } from "./log-place.ts";
import type { TaskEvent } from "./task-events.ts";

/** The values of one handle of what the task itself runs; of a flow without outputs of its own, those of its blocks. */
export async function* valuesOf(
  events: AsyncIterable<TaskEvent>,
  handle: string,
): AsyncGenerator<unknown, undefined> {
  let outermost = Number.POSITIVE_INFINITY;
  for await (const event of events) {
    if (event.type === "log" && event.log.type.endsWith("Started")) {
      const depth = beginsAt(event.log.type, placeOf(event.log).depth);
      outermost = Math.min(outermost, depth);
    }
    if (event.type === "output" && event.handle === handle && placeOf(event.log).depth <= outermost)
      yield event.value;
  }
}

/** A session has no outputs, nor has a flow of type root. */
function beginsAt(type: string, depth: number): number {
  if (type === "SessionStarted") return Number.POSITIVE_INFINITY;
  return type === "FlowStarted" ? depth + 1 : depth;
}
