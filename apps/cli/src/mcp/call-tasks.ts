import { randomUUID } from "node:crypto";
import { isTerminal, type TaskStore } from "@modelcontextprotocol/sdk/experimental/tasks";
import { type CallToolResult, ErrorCode, McpError, type Task } from "@modelcontextprotocol/sdk/types.js";
import { piecesOf } from "@oomol/connect-shared/text-pieces";

/** What a client asks of a task: how long to keep it, in milliseconds. */
interface TaskWish {
  ttl?: number | null | undefined;
}

/** Calls that clients make as tasks, for as long as this process runs. */
export interface CallTasks extends TaskStore {
  /** Starts a call that goes on after its request has been answered. */
  start(given: TaskWish, run: (call: TaskCall) => Promise<CallToolResult>): Task;
  /** Cancels those that have not ended. */
  close(): void;
}

/** A call while it runs. */
export interface TaskCall {
  taskId: string;
  /** Aborted as soon as the client cancels the task. */
  signal: AbortSignal;
  /** Tells those who ask for the task how far it is. */
  note(statusMessage: string): void;
}

interface CallTask {
  task: Task;
  abort: AbortController;
  /** From its end on; for so long the client may ask for its result. */
  keptMs: number;
  result?: CallToolResult;
}

const hourMs = 3_600_000;
/** The results of so many tasks are kept; an older one is forgotten. */
const mostEnded = 100;
const pollIntervalMs = 500;
const longestMessage = 2_000;

export function createCallTasks(): CallTasks {
  const known = new Map<string, CallTask>();

  const find = (taskId: string): CallTask | undefined => {
    forgetOld(known);
    return known.get(taskId);
  };
  /** The first end counts: what a call answers after it has been cancelled is for nobody. */
  const change = (taskId: string, changes: Pick<Task, "status" | "statusMessage">) => {
    const found = find(taskId);
    if (!found || isTerminal(found.task.status)) return undefined;
    const now = Date.now();
    Object.assign(found.task, changes, { lastUpdatedAt: new Date(now).toISOString() });
    // The lifetime counts from the creation on.
    if (isTerminal(changes.status)) found.task.ttl = now - Date.parse(found.task.createdAt) + found.keptMs;
    return found;
  };
  const store = (taskId: string, status: "completed" | "failed", result: CallToolResult) => {
    const [said] = result.isError ? result.content : [];
    const found = change(taskId, { status, ...(said?.type === "text" && messageOf(said.text)) });
    if (found) found.result = result;
  };
  const create = ({ ttl }: TaskWish): CallTask => {
    const createdAt = new Date().toISOString();
    const task: Task = {
      taskId: randomUUID(),
      status: "working",
      ttl: null,
      createdAt,
      lastUpdatedAt: createdAt,
      pollInterval: pollIntervalMs,
    };
    const keptMs = Math.min(Math.max(ttl ?? hourMs, 0), 24 * hourMs);
    const created = { task, abort: new AbortController(), keptMs };
    known.set(task.taskId, created);
    return created;
  };

  return {
    start(given, run) {
      const { task, abort } = create(given);
      const { taskId } = task;
      const call: TaskCall = {
        taskId,
        signal: abort.signal,
        note: (text) => void change(taskId, { status: "working", ...messageOf(text) }),
      };
      const answer = { ...task };
      void run(call).then((result) => store(taskId, result.isError ? "failed" : "completed", result));
      return answer;
    },
    close() {
      for (const { abort } of known.values()) abort.abort();
    },
    async createTask(given) {
      return { ...create(given).task };
    },
    async getTask(taskId) {
      const found = find(taskId);
      return found ? { ...found.task } : null;
    },
    async listTasks() {
      forgetOld(known);
      return { tasks: [...known.values()].map(({ task }) => ({ ...task })) };
    },
    async updateTaskStatus(taskId, status, statusMessage) {
      const found = change(taskId, { status, ...(statusMessage !== undefined && { statusMessage }) });
      if (status === "cancelled") found?.abort.abort();
    },
    async storeTaskResult(taskId, status, result) {
      store(taskId, status, result as CallToolResult);
    },
    async getTaskResult(taskId) {
      const result = find(taskId)?.result;
      if (result) return result;
      throw new McpError(ErrorCode.InvalidParams, `Task ${taskId} has no result: it was cancelled.`);
    },
  };
}

function messageOf(text: string): Pick<Task, "statusMessage"> {
  const [statusMessage = ""] = piecesOf(text, longestMessage);
  return { statusMessage };
}

/** Looked for whenever somebody asks, so that no timer is left. */
function forgetOld(known: Map<string, CallTask>): void {
  const ended = [...known.values()].filter(({ task }) => isTerminal(task.status));
  const isOver = ({ task }: CallTask) => Date.now() > Date.parse(task.createdAt) + (task.ttl ?? Infinity);
  const surplus = ended.slice(0, Math.max(0, ended.length - mostEnded));
  for (const one of [...ended.filter(isOver), ...surplus]) known.delete(one.task.taskId);
}
