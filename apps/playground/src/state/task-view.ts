import {
  isFinalStatus,
  type Task,
  type TaskEvent,
  type TaskLog,
  type TaskStatus,
} from "@oomol/connect-browser";

/** What a person sees of a task. */
export interface TaskView {
  status: TaskStatus;
  /** Why nobody can run it now, while it is pending. */
  pendingReason: string | undefined;
  /** 0…100 of the outermost block; `undefined` if it has said nothing. */
  progress: number | undefined;
  /** What the block was given, by handle, if the server tells. */
  inputs: Readonly<Record<string, unknown>> | undefined;
  lines: readonly LogLine[];
  /** How many earlier lines are no longer kept. */
  droppedLines: number;
  previews: readonly PreviewItem[];
  outputs: Readonly<Record<string, unknown>>;
  /** Names the directory that the task's files live in. */
  sessionId: string | undefined;
  /** Why it failed, or could not be followed. */
  error: string | undefined;
  /** Epoch milliseconds. */
  startedAt: number | undefined;
  endedAt: number | undefined;
}

export interface LogLine {
  id: number;
  kind: "out" | "error" | "warning";
  text: string;
}

export interface PreviewItem {
  /** Of the log that has brought it. */
  id: number;
  /** The same for all previews that take each other's place. */
  place: string;
  type: string;
  data: unknown;
  /** Of a table in a file: how many rows the whole of it has. */
  row_count?: unknown;
  /** Of a table in a file: a type for each column. */
  types?: unknown;
  taskId: string;
  /** Names the directory that relative files of this preview live in. */
  sessionId: string | undefined;
}

export const mostLines = 2_000;

export function createTaskView(status: TaskStatus = "created"): TaskView {
  return {
    status,
    pendingReason: undefined,
    progress: undefined,
    inputs: undefined,
    lines: [],
    droppedLines: 0,
    previews: [],
    outputs: {},
    sessionId: undefined,
    error: undefined,
    startedAt: undefined,
    endedAt: undefined,
  };
}

/** The view after a batch of events; batches keep a talkative block from copying its log line by line. */
export function applyTaskEvents(view: TaskView, taskId: string, events: readonly TaskEvent[]): TaskView {
  const next = { ...view };
  const lines: LogLine[] = [];
  const previews: PreviewItem[] = [];
  const outputs = new Map<string, unknown>();
  for (const event of events) {
    if (event.type === "status") {
      next.status = event.status;
      next.pendingReason = event.task.pending_reason;
      next.startedAt ??= event.task.created_at;
      next.inputs ??= inputsOf(event.task);
      if (isFinalStatus(event.status)) next.endedAt = event.task.updated_at;
    } else if (event.type === "progress") next.progress = event.progress;
    else if (event.type === "output") outputs.set(event.handle, event.value);
    else if (event.type === "preview") {
      const { id, session_id: sessionId } = event.log;
      const { id: name } = event.preview;
      // A name is the block's own: another node may have the same.
      const place = name === undefined ? String(id) : JSON.stringify([event.nodeId, name]);
      previews.push({ ...event.preview, id, place, taskId, sessionId });
    } else if (event.type === "log") {
      next.sessionId ??= event.log.session_id;
      const line = lineOf(event.log);
      if (line) lines.push(line);
    }
  }
  const all = lines.length > 0 ? [...view.lines, ...lines] : view.lines;
  next.droppedLines += Math.max(0, all.length - mostLines);
  next.lines = all.slice(-mostLines);
  if (previews.length > 0) next.previews = inPlace([...view.previews, ...previews]);
  if (outputs.size > 0) next.outputs = { ...view.outputs, ...Object.fromEntries(outputs) };
  return next;
}

/** Those of the outermost block; a flow may have some for its nodes as well. */
function inputsOf({ inputValues }: Task): Record<string, unknown> | undefined {
  const own = inputValues?.find(({ nodeId }) => nodeId === "_")?.inputs ?? [];
  return inputValues && Object.fromEntries(own.map(({ handle, value }) => [handle, value]));
}

/** The last of each place, where the first one was. */
function inPlace(previews: readonly PreviewItem[]): PreviewItem[] {
  return [...new Map(previews.map((item) => [item.place, item])).values()];
}

function lineOf({ id, type, event = {} }: TaskLog): LogLine | undefined {
  if (type === "BlockLog" && typeof event.log === "string") {
    // Python's executor names the key by the value (oocana-protocol 9.4).
    const isError = event.stdio === "stderr" || event.stderr !== undefined;
    return { id, kind: isError ? "error" : "out", text: event.log.replace(/\n$/, "") };
  }
  if (type === "BlockLogJSON") return { id, kind: "out", text: jsonOf(event.json) };
  if (type === "BlockWarning") return { id, kind: "warning", text: String(event.warning) };
  if (type === "BlockError") return { id, kind: "error", text: String(event.error) };
  return undefined;
}

/** One that is deeper than the stack must not end all that the task shows. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch (error) {
    return String(error);
  }
}
