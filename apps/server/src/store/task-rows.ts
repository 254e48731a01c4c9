import type { TraceContext } from "@oomol/connect-shared/trace-context";
import type { Insertable, Selectable } from "kysely";
import type { NodeInputs } from "../inputs/node-inputs.ts";
import type { JsonText } from "../json-text.ts";
import type { ComingText, StoredText } from "./stored-text.ts";
import type { StoredStatus, Tables } from "./tables.ts";
import type { NewWebhook } from "./webhook-rows.ts";

/** A task as the server works with it. */
export interface StoredTask {
  id: string;
  status: StoredStatus;
  blockId: string;
  packageVersion: string;
  /** Whose it is; empty for one who called without a token. */
  caller: string;
  sessionId: string | null;
  /** JSON: {@link NodeInputs}, as the caller sent them. */
  inputValues: StoredText;
  createdAt: number;
  updatedAt: number;
}

export type NewTask = Pick<StoredTask, "id" | "blockId" | "packageVersion"> & {
  inputValues: NodeInputs | ComingText;
  inputs: Record<string, unknown> | ComingText;
  idempotency?: IdempotentRequest | undefined;
  /** Tells the callers apart; empty by default. */
  caller?: string | undefined;
  webhook?: NewWebhook | undefined;
  /** Where its spans belong. */
  trace?: TraceContext | undefined;
  /** The uploads that it takes, see `takeUploads`. */
  uploads?: readonly string[] | undefined;
  /** Called when it is about to be stored, on one machine: what is asked of the store then shares the transaction. */
  onStoring?: (() => void) | undefined;
};

/** A task that this process has just taken, with what is needed to run it. */
export type ClaimedTask = StoredTask & {
  /** What its block gets, by handle. */
  inputs: JsonText;
  /** Somebody asked to stop it before it was taken. */
  isStopRequested: boolean;
  /** Where its spans belong. */
  trace?: TraceContext | undefined;
};

/** One engine event on its way into the logs of a task. */
export interface NewLog {
  sessionId: string;
  nodeId: string | null;
  type: string;
  event: object;
}

/** A log row as it was stored; `event` is the JSON of an object. */
export type StoredLog = Omit<Selectable<Tables["task_logs"]>, "event"> & { event: StoredText };

/** What decides whether a task is kept. */
export type EndedTask = Pick<StoredTask, "id" | "sessionId" | "updatedAt"> & { logBytes: number };

/** A request that may come again: the caller's key, and what tells it from another request. */
export interface IdempotentRequest {
  caller: string;
  key: string;
  fingerprint: string;
}

/** A key as it is stored. No caller's id holds a space, so no two callers have one in common. */
export const storedKey = ({ caller, key }: IdempotentRequest): string => `${caller} ${key}`;

/** The states that never change again: those for which `isFinalStatus` of core is true, which asks any text. */
export const finalStatuses = ["completed", "failed", "stopped"] as const;

/** The others. */
export const openStatuses = ["created", "pending", "running"] as const;

/** Few tasks end so, and they are looked for. */
export const unsuccessfulStatuses = ["failed", "stopped"] as const;

export function isFinalStatus(status: StoredStatus): status is (typeof finalStatuses)[number] {
  return finalStatuses.some((one) => one === status);
}

/** Of a task, all that is never large. */
export const smallColumns = [
  "id",
  "status",
  "block_id",
  "package_version",
  "caller",
  "session_id",
  "created_at",
  "updated_at",
] as const;

export function toTask(
  row: Pick<Selectable<Tables["tasks"]>, (typeof smallColumns)[number]>,
  inputValues: StoredText,
): StoredTask {
  return {
    id: row.id,
    status: row.status,
    blockId: row.block_id,
    packageVersion: row.package_version,
    caller: row.caller,
    sessionId: row.session_id,
    inputValues,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** A task as it is first stored. */
export type TaskRow = Required<Pick<Insertable<Tables["tasks"]>, (typeof insertedColumns)[number]>>;

export const insertedColumns = [
  "id",
  "status",
  "block_id",
  "package_version",
  "session_id",
  "input_values",
  "inputs",
  "idempotency_key",
  "fingerprint",
  "caller",
  "stop_requested_at",
  "trace",
  "created_at",
  "updated_at",
] as const;

export const claimedColumns = [
  ...smallColumns,
  "sequence",
  "input_values",
  "inputs",
  "attempt",
  "interruptions",
  "stop_requested_at",
  "trace",
] as const;

/** A task as whoever has claimed it finds it. */
export type ClaimedRow = Pick<Selectable<Tables["tasks"]>, (typeof claimedColumns)[number]>;

/** The event with which a task ends that no engine ended. */
export function sessionEnd(sessionId: string, error: string): NewLog {
  const event = { type: "SessionFinished", session_id: sessionId, finish_at: Date.now(), error };
  return { sessionId, nodeId: null, type: event.type, event };
}
