/** The handle of a block's input or output, as its manifest declares it. */
export interface BlockHandle {
  handle: string;
  description?: string;
  /** JSON Schema of the value. */
  json_schema?: unknown;
  /** The value may be null, and is null where none is given. */
  nullable?: boolean;
  /** The value that is used where none is given. */
  value?: unknown;
  [field: string]: unknown;
}

/** A block as `GET /v1/blocks` lists it, with the two fields that the client adds. */
export interface Block {
  package: string;
  name: string;
  /** Where the server keeps it; a segment `NAME-VERSION` carries its version. */
  path: string;
  description?: string;
  inputs?: BlockHandle[];
  outputs?: BlockHandle[];
  /** `PACKAGE::NAME`: what `tasks.run` takes. Added by the client. */
  blockId: string;
  /** Semantic version, read off `path`; `undefined` where the path has none. Added by the client. */
  version: string | undefined;
  [field: string]: unknown;
}

/**
 * The states of a task: `created`, `pending` and `running` go on, `completed`, `failed` and `stopped` are its end.
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

/** A run of a block. Fields beyond these are kept as the server sent them. */
export interface Task {
  id: string;
  status: TaskStatus;
  project_id?: string;
  /** The block that the task runs. */
  manifest_path?: string;
  inputValues?: NodeInputs[];
  /** Epoch milliseconds. */
  created_at?: number;
  /** Epoch milliseconds. */
  updated_at?: number;
  [field: string]: unknown;
}

/** One engine event of a task. */
export interface TaskLog {
  /** Ascending within a task; the first may be 0. */
  id: number;
  project_name?: string;
  session_id?: string;
  node_id?: string | null;
  manifest_path?: string;
  /** Name of the event, `BlockLog` or `BlockFinished` for instance. */
  type: string;
  /** The event's payload. */
  event?: Record<string, unknown>;
  /** Epoch milliseconds. */
  created_at?: number;
  [field: string]: unknown;
}

/** One input: the handle and its value. */
export interface InputValue {
  handle: string;
  value: unknown;
}

/** The inputs of one node; `"_"` is the block itself where no flow is involved. */
export interface NodeInputs {
  nodeId: string;
  inputs: InputValue[];
}

/**
 * The three forms in which inputs may be given: `{ handle: value }`, `[{ handle, value }]`, or per node
 * `[{ nodeId, inputs: [{ handle, value }] }]`. An empty list is the node form and stays empty.
 */
export type TaskInputValues =
  | Readonly<Record<string, unknown>>
  | readonly InputValue[]
  | readonly NodeInputs[];

/** A package that another one needed. */
export interface PackageDependency {
  name: string;
  version: string;
  packagePath: string;
}

/** `pending` and `running` go on, `success` and `failed` are an installation's end; anything else counts as going on. */
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
  version?: string;
  status: InstallTaskStatus;
  packagePath?: string;
  dependencies?: PackageDependency[];
  error?: string;
  /** Epoch milliseconds. */
  createdAt?: number;
  /** Epoch milliseconds. */
  updatedAt?: number;
  [field: string]: unknown;
}

/** A package that the server has installed. */
export interface Package {
  name: string;
  version: string;
  [field: string]: unknown;
}

/** A block with inputs already filled in. */
export interface Applet {
  appletId: string;
  userId?: string;
  data: {
    id?: string;
    title?: string;
    description?: string;
    /** Epoch milliseconds. */
    createdAt?: number;
    /** `PACKAGE-VERSION`. */
    packageId: string;
    blockName: string;
    presetInputs?: Record<string, unknown>;
    [field: string]: unknown;
  };
  /** Epoch milliseconds. */
  createdAt?: number;
  updatedAt?: number;
  [field: string]: unknown;
}
