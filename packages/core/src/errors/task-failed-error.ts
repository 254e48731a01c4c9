import type { Task, TaskLog } from "../types.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

export interface TaskFailedFacts {
  task: Task;
  /** The reason in the logs (connect-api 4.3). */
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
  /** The reason, in the words of the block or server, with the stack trace; `undefined` if the logs give none. */
  readonly reason: string | undefined;
  /** The node of a flow that failed, if the logs name one; `outer/inner` for one within a subflow. */
  readonly nodeId: string | undefined;
  /** The last logs of the task, at most 20. */
  readonly logs: TaskLog[];

  constructor({ task, reason, nodeId, logs }: TaskFailedFacts) {
    const node = nodeId === undefined ? "" : ` at node ${nodeId}`;
    const why = reason === undefined ? "its logs give no reason." : withoutStack(reason);
    super("task_failed", `Task ${task.id} failed${node}: ${why}`);
    this.taskId = task.id;
    this.task = task;
    this.reason = reason;
    this.nodeId = nodeId;
    this.logs = logs;
  }
}

/** The message of a thrown error and of its causes, as executors report them, without the lines that only their author needs. */
function withoutStack(reason: string): string {
  const messages = reason.split(/\n\s*Caused by: /).map(messageOf);
  // A cause that its error quotes tells nothing new.
  const told = messages.filter(
    (message, index) => !messages.slice(0, index).some((own) => own.includes(message)),
  );
  return told
    .map((message, index) => (index === told.length - 1 ? message : ended(message)))
    .join(" Caused by: ");
}

function ended(sentence: string): string {
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}

function messageOf(described: string): string {
  const [message = described] = described.split(/\n\s+at /);
  return message.replace(/^Error: /, "");
}
