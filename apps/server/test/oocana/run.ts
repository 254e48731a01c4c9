import type { Job } from "./executors.ts";
import type { Flow } from "./manifests.ts";
import type { Session } from "./session.ts";

export type NewJob = Omit<Job, "hasInputs" | "isReady">;

/** Everything that runs in a session. */
export interface Run {
  session: Session;
  isCancelled: boolean;
  flows: Map<string, FlowRun>;
  /** The flow that a job is in, by the job's id. */
  flowOf: Map<string, FlowRun>;
  startJob(job: NewJob): void;
}

/** A flow or subflow that runs (oocana-protocol 7.2). */
export interface FlowRun {
  readonly id: string;
  readonly flow: Flow;
  start(inputs: Record<string, unknown>, nodesInputs?: Record<string, Record<string, unknown>>): void;
  /** A block that a block of it runs. */
  addChild(id: string): void;
  childEnded(id: string, isFailed: boolean): void;
}
