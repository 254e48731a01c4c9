import type { TaskLog } from "../types.ts";
import { type LogPlace, placeOf } from "./log-place.ts";
import { outputsOfLog } from "./outputs-of-log.ts";

/** What the blocks of a task gave. */
export interface TaskResults {
  /**
   * The outputs of the block or flow that the task ran: the last value of each handle, returned ones last. For a flow without
   * outputs of its own, those of the last of its blocks.
   */
  result: Record<string, unknown>;
  /** The same for every node, by the way to it: `node`, `outer/inner`; `"_"` for what the task itself ran. */
  results: Record<string, Record<string, unknown>>;
}

/** Reads the results from what blocks and flows put out and returned (connect-api 4.3). */
export function resultsOf(logs: readonly TaskLog[]): TaskResults {
  const jobs = new Map<string, Map<string, unknown>>();
  const byNode = new Map<string, Map<string, unknown>>();
  let outermost: LogPlace | undefined;
  for (const log of logs) {
    const given = outputsOfLog(log);
    if (!given) continue;
    const place = placeOf(log);
    const outputs = jobs.get(place.job) ?? new Map<string, unknown>();
    for (const [handle, value] of given) outputs.set(handle, value);
    jobs.set(place.job, outputs);
    byNode.set(place.node, outputs);
    if (!outermost || place.depth <= outermost.depth) outermost = place;
  }
  const results: TaskResults["results"] = Object.create(null);
  // Not by assignment: a handle may be called `__proto__`.
  for (const [node, outputs] of byNode) results[node] = Object.fromEntries(outputs);
  return { result: Object.fromEntries(jobs.get(outermost?.job ?? "") ?? []), results };
}
