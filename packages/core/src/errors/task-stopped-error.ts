import type { Task } from "../types.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

/** The task was stopped before it ended by itself. */
export class TaskStoppedError extends OomolConnectError {
  static override readonly errorName: string = "TaskStoppedError";
  readonly taskId: string;
  readonly task: Task;

  constructor(task: Task) {
    super("task_stopped", `Task ${task.id} was stopped before it ended.`);
    this.taskId = task.id;
    this.task = task;
  }
}
