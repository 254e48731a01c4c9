import type { ExecutorCounts } from "../metrics.ts";
import type { WorkerStatus } from "./status-schema.ts";

/** The processes of all workers that are there. */
export function sumExecutors(workers: readonly WorkerStatus[]): ExecutorCounts {
  const sum: ExecutorCounts = { busy: 0, warm: 0, cold: 0, retired: {} };
  for (const { isLive, executors } of workers) {
    if (!isLive || !executors) continue;
    sum.busy += executors.busy;
    sum.warm += executors.warm;
    sum.cold += executors.cold;
    for (const [reason, count] of Object.entries(executors.retired)) {
      sum.retired[reason] = (sum.retired[reason] ?? 0) + count;
    }
  }
  return sum;
}
