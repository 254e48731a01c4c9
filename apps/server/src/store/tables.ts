import type { Generated } from "kysely";

/** The tables, column for column: the same in SQLite and in PostgreSQL, those of logs aside. */
export interface Tables {
  tasks: {
    /** Grows with each task: the order in which they were accepted. */
    sequence: Generated<number>;
    id: string;
    status: StoredStatus;
    block_id: string;
    package_version: string;
    session_id: string | null;
    /** JSON: the node form, as the caller sent it. */
    input_values: string;
    /** JSON: what the block gets, by handle. */
    inputs: string;
    /** With whose it is, see `storedKey`. */
    idempotency_key: string | null;
    /** Of the request that came with the key. */
    fingerprint: string | null;
    /** Whose it is: `name:` and a name, or what tells an unnamed token from others without giving it away; empty without one. */
    caller: Generated<string>;
    /** How often somebody has taken the task; whoever took it last alone may write about it. */
    attempt: Generated<number>;
    /** How often it was taken by a process that neither ended it nor gave it back; one that runs it now counts. */
    interruptions: Generated<number>;
    /** Epoch milliseconds; set if the task is to stop, whoever runs it. */
    stop_requested_at: number | null;
    /** The trace that it belongs to, see `formatTraceContext`. */
    trace: string | null;
    /** Epoch milliseconds. */
    created_at: number;
    /** Epoch milliseconds. */
    updated_at: number;
  };
  /** Of SQLite: large inputs and logs of tasks, in parts. */
  task_texts: {
    task_id: string;
    /** The column of `tasks` that it belongs into, or `log` with the id of a log. */
    name: string;
    part: number;
    text: string;
  };
  /** Of PostgreSQL. */
  task_logs: {
    task_id: string;
    /** From 1 within a task, without gaps; from 0 in tasks of older versions. */
    id: number;
    session_id: string;
    node_id: string | null;
    type: string;
    /** JSON. */
    event: string;
    /** Epoch milliseconds. */
    created_at: number;
  };
  /** Of SQLite: logs of a task that were written together. */
  log_packs: {
    task_id: string;
    /** The ids of the logs in it; there are no gaps. */
    first_id: number;
    last_id: number;
    /** Characters of its JSON. */
    size_bytes: number;
    /** JSON: `[[id, session_id, node_id, type, created_at, event], …]`; as bytes if it is compressed (zstd). */
    logs: string | Uint8Array;
  };
  /** Where somebody wants to hear of a task that has not ended; what `webhook-tables.ts` says is done with them. */
  webhooks: {
    task_id: string;
    /** Whose task it is. */
    caller: string;
    url: string;
    /** Types of events, a space around each. */
    events: string;
  };
  webhook_deliveries: {
    /** Grows with each: those of a task are sent in this order. */
    sequence: Generated<number>;
    id: string;
    task_id: string;
    caller: string;
    url: string;
    block_id: string;
    /** That the task got into. */
    status: StoredStatus;
    /** Epoch milliseconds. */
    task_created_at: number;
    /** Epoch milliseconds. */
    created_at: number;
    /** The body, once an attempt has ended. */
    payload: string | null;
    state: Generated<DeliveryState>;
    attempts: Generated<number>;
    /** When the first attempt began; epoch milliseconds. */
    tried_since: number | null;
    /** When it is due, or when whoever sends it now has lost it; epoch milliseconds. */
    next_at: number;
    /** Of whoever sends it now. */
    lease: string | null;
    /** When the last attempt ended; epoch milliseconds. */
    last_at: number | null;
    last_status: number | null;
    last_error: string | null;
    last_answer: string | null;
  };
  webhook_secrets: {
    caller: string;
    secret: string;
    /** Epoch milliseconds. */
    created_at: number;
    previous: string | null;
    /** Until when that signs, too; epoch milliseconds. */
    previous_until: number | null;
  };
  uploads: {
    id: string;
    /** Whose it is. */
    caller: string;
    /** In bytes, once its maker has said it. */
    length: number | null;
    /** What counts against the caller's limit: the length, or what has come if that is not known. */
    reserved: number;
    /** As it came: `Upload-Metadata` of tus. */
    metadata: string;
    /** What the storage of files knows it by, if that is not its id. */
    place: string | null;
    /** When something was last written to it; epoch milliseconds. */
    touched_at: number;
    /** In a cluster: of the request that may write to it. */
    turn: string | null;
    /** Until when, if it says nothing; epoch milliseconds of the database's clock. */
    turn_until: number | null;
  };
  /** What a task has taken; its upload is removed, and this with it. */
  taken_uploads: {
    upload_id: string;
    task_id: string;
  };
  installs: {
    sequence: Generated<number>;
    id: string;
    name: string;
    version: string;
    status: InstallStatus;
    /** JSON: `{ name, version }` of each. */
    dependencies: string;
    error: string | null;
    idempotency_key: string | null;
    fingerprint: string | null;
    /** Epoch milliseconds. */
    created_at: number;
    /** Epoch milliseconds. */
    updated_at: number;
  };
}

/** Waits for an attempt, was taken by the receiver, or was given up. */
export type DeliveryState = "pending" | "delivered" | "failed";

export type InstallStatus = "pending" | "running" | "success" | "failed";

export type StoredStatus = "created" | "pending" | "running" | "completed" | "failed" | "stopped";
