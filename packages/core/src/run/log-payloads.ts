import type { TaskLog } from "../types.ts";

/** What the `event` of a log has, by the `type` of the log (connect-api 4.3). Further fields are kept. */
export interface LogPayloads {
  BlockStarted: { inputs?: Record<string, unknown> | null };
  /** A line that the block printed. */
  BlockLog: { log: string; stdio?: "stdout" | "stderr" };
  BlockLogJSON: { json?: unknown };
  /** 0…100; executors of others send any number. */
  BlockProgress: { progress: number };
  BlockPreview: { payload: Preview };
  BlockOutput: { handle: string; output?: unknown };
  BlockOutputs: { outputs: Record<string, unknown> };
  BlockWarning: { warning: string };
  /** The block goes on. */
  BlockError: { error: string };
  BlockFinished: { result?: Record<string, unknown> | null; error?: string | null };
  /** An output of a flow. */
  SubflowBlockOutput: { handle: string; output?: unknown };
  SessionFinished: { error?: string | null };
}

/** What a block shows, as it came over the wire: {@link isPreviewOf} checks its data. */
export interface Preview<Type extends string = string> {
  type: Type;
  data: Type extends keyof PreviewData ? PreviewData[Type] : unknown;
  /** A later preview of the block with the same id replaces this one. */
  id?: string;
}

/** The data of a preview, by its type. A source is an address, a path on the server, a data URL or base64. */
export interface PreviewData {
  table: PreviewTable | string;
  csv: string;
  image: string | string[];
  audio: string;
  video: string;
  html: string;
  iframe: string;
  markdown: string;
}

/** A table, or its first rows. */
export interface PreviewTable {
  columns: (string | number)[];
  rows: unknown[][];
  /** The rows of the whole table, if `rows` is only a part. */
  row_count?: number;
}

/** The field that a payload of a type needs, and its type. */
const needed: Partial<Record<string, readonly [field: string, type: string]>> = {
  BlockLog: ["log", "string"],
  BlockProgress: ["progress", "number"],
  BlockPreview: ["payload", "object"],
  BlockOutput: ["handle", "string"],
  BlockOutputs: ["outputs", "object"],
  BlockWarning: ["warning", "string"],
  BlockError: ["error", "string"],
  SubflowBlockOutput: ["handle", "string"],
};

/**
 * Whether a log has a type, and a payload of that type.
 *
 * @example
 * for (const log of (await client.tasks.getLogs(taskId)).logs) if (isLogOf(log, "BlockLog")) console.log(log.event.log);
 */
export function isLogOf<Type extends keyof LogPayloads>(
  log: TaskLog,
  type: Type,
): log is TaskLog & { type: Type; event: LogPayloads[Type] } {
  const { event } = log;
  if (log.type !== type || !event) return false;
  const [field = "", kind] = needed[type] ?? [];
  const value = event[field];
  if (kind !== undefined && (typeof value !== kind || value === null)) return false;
  return type !== "BlockPreview" || isPreview(value);
}

function isPreview(payload: unknown): boolean {
  return "data" in Object(payload) && typeof Reflect.get(Object(payload), "type") === "string";
}

/** Whether a preview has a type, and data of that type. Blocks may show anything: check before you draw. */
export function isPreviewOf<Type extends keyof PreviewData>(
  preview: Preview,
  type: Type,
): preview is Preview<Type> {
  const data: unknown = preview.data;
  if (preview.type !== type) return false;
  if (typeof data === "string") return true;
  if (type === "image") return Array.isArray(data) && data.every((source) => typeof source === "string");
  const { columns, rows } = Object(data) as Partial<PreviewTable>;
  return type === "table" && Array.isArray(columns) && Array.isArray(rows) && rows.every(Array.isArray);
}
