/** Which tasks may share a process, one after the other. */
export type Isolation = "caller" | "process";

/** Which executors stand by, and for how long; `ServerOptions` says what each means and what it is by default. */
export interface WarmOptions {
  isolation: Isolation;
  /** How many tasks run at once. */
  concurrency: number;
  spareExecutors: number;
  spareIdleMs: number;
  warmMemoryBytes: number;
  executorTasks: number;
  executorAgeMs: number;
  executorGrowthBytes: number;
}
