import type { Task, TaskLog } from "../types.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

export interface TaskFailedFacts {
  task: Task;
  /** The reason given in the logs (`connect-api.md`, "TaskLog"). */
  reason: string | undefined;
  nodeId: string | undefined;
  /** The last logs of the task. */
  logs: TaskLog[];
}

/** The block ran and failed. */
export class TaskFailedError extends OomolConnectError {
  static override readonly errorName: string = "TaskFailedError";
  readonly taskId: string;
  readonly task: Task;
  /** Why, in the block's or the server's words; `undefined` where the logs do not say. */
  readonly reason: string | undefined;
  /** The node of a flow that failed, where the logs name one. */
  readonly nodeId: string | undefined;
  /** The last logs of the task, at most 20. */
  readonly logs: TaskLog[];

  constructor({ task, reason, nodeId, logs }: TaskFailedFacts) {
    const node = nodeId === undefined ? "" : ` at node ${nodeId}`;
    super("task_failed", `Task ${task.id} failed${node}: ${reason ?? "its logs give no reason."}`);
    this.taskId = task.id;
    this.task = task;
    this.reason = reason;
    this.nodeId = nodeId;
    this.logs = logs;
  }
}
