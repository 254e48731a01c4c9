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

export type InstallStatus = "pending" | "running" | "success" | "failed";

export type StoredStatus = "created" | "pending" | "running" | "completed" | "failed" | "stopped";
