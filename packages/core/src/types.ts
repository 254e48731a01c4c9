/** The handle of a block's input or output, as its manifest declares it. */
export interface BlockHandle {
  handle: string;
  description?: string | undefined;
  /** JSON Schema of the value. */
  json_schema?: unknown;
  /** The value may be null, and is null if none is given. */
  nullable?: boolean | undefined;
  /** The default value. */
  value?: unknown;
  [field: string]: unknown;
}

/** A block as `GET /v1/blocks` lists it, with two fields that the client adds. */
export interface ServerBlock {
  package: string;
  name: string;
  /** Its path on the server; a segment `NAME-VERSION` contains its version. */
  path: string;
  description?: string | undefined;
  inputs?: BlockHandle[] | undefined;
  outputs?: BlockHandle[] | undefined;
  [field: string]: unknown;
}

/** A block, with the two fields that the client adds. */
export interface Block extends ServerBlock {
  /** `PACKAGE::NAME`: what `tasks.run` takes. Added by the client. */
  blockId: string;
  /** Semantic version, read off `path`; `undefined` if the path has none. Added by the client. */
  version: string | undefined;
}

/**
 * The states of a task: `created`, `pending` and `running` go on; `completed`, `failed` and `stopped` are final.
 * A state that this client does not know counts as still running.
 */
export type TaskStatus =
  | "created"
  | "pending"
  | "running"
  | "completed"
  | "failed"
  | "stopped"
  | (string & Record<never, never>);

/** One run of a block. Further fields are kept as the server sent them. */
export interface Task {
  id: string;
  status: TaskStatus;
  project_id?: string | undefined;
  /** The block that the task runs. */
  manifest_path?: string | undefined;
  inputValues?: NodeInputs[] | undefined;
  /** Why nobody can run the task now, in a sentence; only while it is pending, and not from every server. */
  pending_reason?: string | undefined;
  /** Epoch milliseconds. */
  created_at?: number | undefined;
  /** Epoch milliseconds. */
  updated_at?: number | undefined;
  [field: string]: unknown;
}

/** One engine event of a task. */
export interface TaskLog {
  /** Ascending within a task; the first may be 0. */
  id: number;
  project_name?: string | undefined;
  session_id?: string | undefined;
  node_id?: string | null | undefined;
  manifest_path?: string | undefined;
  /** Name of the event, `BlockLog` or `BlockFinished` for instance. */
  type: string;
  /** The event's payload. */
  event?: Record<string, unknown> | undefined;
  /** Epoch milliseconds. */
  created_at?: number | undefined;
  [field: string]: unknown;
}

/** One input: the handle and its value. */
export interface InputValue {
  handle: string;
  value: unknown;
}

/** The inputs of one node; `"_"` is the block itself if there is no flow. */
export interface NodeInputs {
  nodeId: string;
  inputs: InputValue[];
}

/**
 * The three forms of inputs: `{ handle: value }`, `[{ handle, value }]`, or per node
 * `[{ nodeId, inputs: [{ handle, value }] }]`. An empty list is the node form and stays empty.
 */
export type TaskInputValues =
  | Readonly<Record<string, unknown>>
  | readonly InputValue[]
  | readonly NodeInputs[];

/** What is wrong with a package of the server: a block that cannot run, or an input that is not checked, for instance. */
export interface PackageProblem {
  /** Of the block, as in its listing, or of its package. */
  path: string;
  message: string;
}

/** A dependency of a package. */
export interface PackageDependency {
  name: string;
  version: string;
  packagePath: string;
}

/** `pending` and `running` go on; `success` and `failed` are final; anything else counts as going on. */
export type InstallTaskStatus =
  | "pending"
  | "running"
  | "success"
  | "failed"
  | (string & Record<never, never>);

/** The installation of a package. */
export interface InstallTask {
  id: string;
  name: string;
  version?: string | undefined;
  status: InstallTaskStatus;
  packagePath?: string | undefined;
  dependencies?: PackageDependency[] | undefined;
  error?: string | undefined;
  /** Epoch milliseconds. */
  createdAt?: number | undefined;
  /** Epoch milliseconds. */
  updatedAt?: number | undefined;
  [field: string]: unknown;
}

/** A package that the server has installed. */
export interface Package {
  name: string;
  version: string;
  [field: string]: unknown;
}

/** A block with preset inputs. */
export interface Applet {
  appletId: string;
  userId?: string | undefined;
  data: {
    id?: string | undefined;
    title?: string | undefined;
    description?: string | undefined;
    /** Epoch milliseconds. */
    createdAt?: number | undefined;
    /** `PACKAGE-VERSION`. */
    packageId: string;
    blockName: string;
    presetInputs?: Record<string, unknown> | undefined;
    [field: string]: unknown;
  };
  /** Epoch milliseconds. */
  createdAt?: number | undefined;
  updatedAt?: number | undefined;
  [field: string]: unknown;
}

/** How a server is, for people who keep it running (connect-api 6.9). Further fields are kept as the server sent them. */
export interface ServerStatus {
  /** When all of this was read; epoch milliseconds. */
  readAt: number;
  /** When the process that answered was started; epoch milliseconds. */
  startedAt: number;
  /** One process that does everything, or API processes and workers around a database. */
  kind: "embedded" | "cluster" | (string & Record<never, never>);
  versions: { server: string; node: string; database: string };
  queue: {
    /** Tasks that wait. */
    pending: number;
    running: number;
    /** The task that waits for longest. */
    oldest?: WaitingTask | undefined;
  };
  /** Those that are there first; a worker that has gone is listed for an hour. */
  workers: ServerWorker[];
  /** Workers that have not been listed, because there are many. */
  moreWorkers?: number | undefined;
  /** The processes of all workers that are there. */
  executors: ExecutorCounts;
  disk: ServerDisk;
  failures: RecentFailures;
  [field: string]: unknown;
}

/** A task that waits for its turn, or for somebody who can run it. */
export interface WaitingTask {
  taskId: string;
  blockId: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Why it waits, in a sentence, if that is known. */
  reason?: string | undefined;
}

/** A process that runs tasks; an embedded server is its own. */
export interface ServerWorker {
  id: string;
  /** The name of its machine. */
  host?: string | undefined;
  /** Of the program; unknown of an older one. */
  version?: string | undefined;
  /** Epoch milliseconds. */
  startedAt?: number | undefined;
  /** When it was last heard of; epoch milliseconds. */
  seenAt: number;
  /** Heard of within the last 30 seconds. */
  isLive: boolean;
  /** Tasks that it runs at once, at most. */
  slots: number;
  running?: number | undefined;
  /** At most 100 of them. */
  packages: Package[];
  packageCount: number;
  executors?: ExecutorCounts | undefined;
}

/** Processes that run blocks. */
export interface ExecutorCounts {
  /** In a session now. */
  busy: number;
  /** Standing by, after a task at least. */
  warm: number;
  /** Standing by, before their first task. */
  cold: number;
  /** Sent away since the start, by reason. */
  retired: Record<string, number>;
}

/** Room on the server's disk, in bytes; what it does not know or cannot measure is missing. */
export interface ServerDisk {
  /** The database. */
  databaseBytes?: number | undefined;
  /** Uploads and what tasks made. */
  filesBytes?: number | undefined;
  /** The data folder, with everything in it. */
  dataBytes?: number | undefined;
  /** There were too many files to count all: it is more than that. */
  isPartial?: boolean | undefined;
  /** Of the disk on which the data or the files lie. */
  freeBytes?: number | undefined;
  totalBytes?: number | undefined;
}

/** Tasks that failed since a time, by block, those with the most first. */
export interface RecentFailures {
  /** Epoch milliseconds. */
  since: number;
  total: number;
  /** There were too many to count all: it is more than that. */
  isPartial?: boolean | undefined;
  /** At most 20. */
  blocks: {
    blockId: string;
    count: number;
    /** When the last one failed; epoch milliseconds. */
    lastAt: number;
  }[];
}

/** Where the server is to tell of a task as it goes on, without being asked (connect-api 6.11). */
export interface TaskWebhook {
  /** An http or https address, of 2,048 characters at most. */
  url: string;
  /** What to tell of; each final state by default. */
  events?: readonly WebhookEventType[] | undefined;
}

/** The secret by which the server signs webhooks of a caller's tasks. */
export interface WebhookSecret {
  /** `whsec_…`: what `verifyWebhook` takes. */
  secret: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Until when webhooks are signed by the secret before it, too; epoch milliseconds. */
  previousUntil?: number | undefined;
}

/** A webhook that the server has sent or is to send. Further fields are kept as the server sent them. */
export interface SentWebhook {
  /** What its receiver gets as `webhook-id`. */
  id: string;
  taskId: string;
  type: WebhookEventType | (string & Record<never, never>);
  url: string;
  /** `pending` ones are tried again, `failed` ones were given up. */
  state: "pending" | "delivered" | "failed" | (string & Record<never, never>);
  attempts: number;
  /** When what it tells of happened; epoch milliseconds. */
  createdAt: number;
  /** When it is tried next, unless it waits for one before it; epoch milliseconds. */
  nextAttemptAt?: number | undefined;
  /** Epoch milliseconds. */
  lastAttemptAt?: number | undefined;
  /** The HTTP status of the last answer. */
  lastStatus?: number | undefined;
  /** Why the last attempt failed, in a sentence. */
  lastError?: string | undefined;
  /** How the last answer begins. */
  lastAnswer?: string | undefined;
  [field: string]: unknown;
}

/** What a webhook may tell of a task: that it has got into that state. */
export type WebhookEventType = "task.running" | "task.completed" | "task.failed" | "task.stopped";
