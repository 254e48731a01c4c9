import { hostname } from "node:os";
import type { ExecutorCounts, Metrics } from "../metrics.ts";
import { ownVersion } from "./own-version.ts";

/** What a worker tells operators of itself, every few seconds. */
export interface WorkerReport {
  host: string;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
  running: number;
  executors: ExecutorCounts;
}

/** Describes this process. */
export function createWorkerReport(
  metrics: Pick<Metrics, "readExecutors">,
): (running: number) => Promise<WorkerReport> {
  const startedAt = Date.now();
  return async (running) => ({
    host: hostname(),
    version: ownVersion,
    startedAt,
    running,
    executors: await metrics.readExecutors(),
  });
}
