import { TaskFailedError } from "../errors/index.ts";
import { blockItself } from "../input-values.ts";
import type { Task, TaskLog } from "../types.ts";

/** What the blocks of a task returned. */
export interface TaskResults {
  /** The outputs of the outermost block, of the last one if there are several; empty if it returned none. */
  result: Record<string, unknown>;
  /** The same for every block that finished, by its node id; `"_"` for a block that is not a node. */
  results: Record<string, Record<string, unknown>>;
}

/** Reads the results from `BlockFinished` logs (connect-api 4.3). */
export function resultsOf(logs: readonly TaskLog[]): TaskResults {
  const results: Record<string, Record<string, unknown>> = Object.create(null);
  let outermost = Number.POSITIVE_INFINITY;
  let result: Record<string, unknown> = {};
  for (const log of logs) {
    if (log.type !== "BlockFinished") continue;
    const own = recordOr(log.event?.result);
    results[log.node_id ?? blockItself] = own;
    const stacks = log.event?.stacks;
    const depth = Array.isArray(stacks) ? stacks.length : 0;
    if (depth > outermost) continue;
    outermost = depth;
    result = own;
  }
  return { result, results };
}

/** The failure of a task, with the reason from its logs. */
export function taskFailure(task: Task, logs: readonly TaskLog[]): TaskFailedError {
  const reasons = logs.filter((log) => failureTypes.has(log.type) && errorText(log) !== undefined);
  const last = reasons.at(-1);
  const nodeId = reasons.findLast((log) => log.node_id && log.node_id !== blockItself)?.node_id ?? undefined;
  return new TaskFailedError({ task, reason: last && errorText(last), nodeId, logs: logs.slice(-20) });
}

const failureTypes = new Set(["BlockFinished", "BlockError", "SessionFinished"]);

function errorText(log: TaskLog): string | undefined {
  const error = log.event?.error;
  return typeof error === "string" && error !== "" ? error : undefined;
}

function recordOr(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
