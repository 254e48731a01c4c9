/**
 * The messages between engine, executor and observers, with the names of oocana-protocol 2.
 * Fields marked optional may be absent; `| null` may be JSON null.
 */

/** A JSON value on the wire. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** One level of the flows that lead to a job, outermost first; an empty list if a block is run directly. */
export interface StackLevel {
  flow_job_id: string;
  flow: string;
  node_id: string;
}

/** The keywords of a handle's JSON Schema that the executor reads; all others pass through. */
export interface HandleSchema {
  type?: string | string[];
  contentMediaType?: string;
  properties?: Record<string, HandleSchema>;
  items?: HandleSchema | HandleSchema[];
  [keyword: string]: unknown;
}

/** A declared input or output of a block. */
export interface HandleDef {
  handle: string;
  description?: string;
  json_schema?: HandleSchema;
  kind?: string;
  nullable?: boolean;
  /** Default of an input; a key with `null` is an explicit null. */
  value?: unknown;
  is_additional?: boolean;
  [extra: string]: unknown;
}

/** Declared inputs or outputs, by handle. */
export type HandleDefs = Record<string, HandleDef>;

/** A place inside an input that holds a secret (oocana-protocol 3.7). */
export interface InputPatch {
  path?: string | number | (string | number)[] | null;
  schema: HandleSchema;
}

/** Engine → executor, `executor/NAME/run_block`. The same job may arrive many times (oocana-protocol 1.4). */
export interface BlockPayload {
  type: "BlockPayload";
  session_id: string;
  executor_name: string;
  job_id: string;
  stacks: StackLevel[];
  /** Base directory of `entry`; may itself be relative to the executor's first working directory. */
  dir: string;
  executor: { name: string; options?: { entry?: string; function?: string; spawn?: boolean } };
  /** Absent if the manifest has no `outputs_def`. */
  outputs?: HandleDefs;
  identifier: string;
  /** The span of the job, in the headers of W3C Trace Context. An addition of our server's for our executor. */
  trace?: { traceparent: string; tracestate?: string };
}

/** Engine → executor, `executor/NAME/run_service_block`: one job of a service. */
export interface ServiceBlockPayload extends Omit<BlockPayload, "type" | "executor"> {
  type: "ServiceBlockPayload";
  /** The name of one of the service's blocks. */
  block_name: string;
  service_executor: {
    name?: string;
    entry?: string;
    function?: string;
    start_at?: string;
    /** `block_end`, `session_end`, `app_end` or `never`, which the engine writes `Never`. */
    stop_at?: string;
    /** How long a service of `block_end` stays after its last job, in seconds. */
    keep_alive?: number | null;
  };
  service_hash: string;
}

/** Engine → executor, `inputs/SESSION/JOB`, once per job. */
export interface BlockInputs {
  type: "BlockInputs";
  session_id: string;
  job_id: string;
  stacks: StackLevel[];
  block_path?: string;
  inputs: Record<string, unknown> | null;
  inputs_def: HandleDefs | null;
  inputs_def_patch: Record<string, InputPatch[]> | null;
}

/** Engine → executor: the answer to a request; neither `error` nor `result` is a plain acknowledgement. */
export interface BlockResponse {
  session_id: string;
  job_id: string;
  request_id: string;
  error?: string;
  result?: unknown;
}

interface JobMessage {
  session_id: string;
  job_id: string;
  /**
   * Grows with each message of a job. An addition to the protocol, in which unknown fields are ignored: QoS 1 repeats a message
   * that a broker took but could not acknowledge before it died, and a receiver that survives it can detect the copy by this.
   */
  sequence?: number;
}

/** Executor → engine, once, when it can take jobs (oocana-protocol 1.4). */
export interface ExecutorReady {
  type: "ExecutorReady";
  session_id: string;
  executor_name: string;
  package?: string | null;
  identifier?: string | null;
  process_id?: number;
  inspect_wait?: number;
}

/** Executor → engine: the job was accepted, its inputs may come (oocana-protocol 2.6). */
export interface BlockReady extends JobMessage {
  type: "BlockReady";
}

/** The destinations of an output. Absent means all its connections; see oocana-protocol 2.3 about one key alone. */
export interface OutputTarget {
  to_node?: { node_id: string; input_handle: string }[];
  to_flow?: { output_handle: string }[];
}

/** One output of a job (oocana-protocol 6.2). */
export interface BlockOutput extends JobMessage {
  type: "BlockOutput";
  handle: string;
  output: unknown;
  options?: { target?: OutputTarget };
}

/** Several outputs of a job at once, by handle (oocana-protocol 6.2). */
export interface BlockOutputs extends JobMessage {
  type: "BlockOutputs";
  outputs: Record<string, unknown>;
}

/** Sent to `session/SESSION` for the flow's progress and to `report` for people. */
export interface BlockProgress extends JobMessage {
  type: "BlockProgress";
  /** 0…100. */
  progress: number;
}

/** An error that a job reports without ending. */
export interface BlockErrorMessage extends JobMessage {
  type: "BlockError";
  error: string;
}

/** The end of a job; `error`, even an empty one, wins over `result`. */
export interface BlockFinished extends JobMessage {
  type: "BlockFinished";
  result?: Record<string, unknown> | null;
  error?: string | null;
}

/**
 * A question to the engine; `action` names it and decides the other fields (oocana-protocol 2.4). A preview travels as one too:
 * what a block passes to `context.preview()` is the `payload` of the action `Preview`, has no answer, and is reported by the
 * engine to observers as `BlockPreview`.
 */
export interface BlockRequest extends JobMessage {
  type: "BlockRequest";
  action: "RunBlock" | "QueryBlock" | "QueryDownstream" | "Preview" | "QueryAuth" | "UpdateNodeWeight";
  request_id: string;
  [field: string]: unknown;
}

/** Executor → engine, `session/SESSION`. */
export type SessionMessage =
  | ExecutorReady
  | BlockReady
  | BlockOutput
  | BlockOutputs
  | BlockProgress
  | BlockErrorMessage
  | BlockFinished
  | BlockRequest;

interface ReportMessage extends JobMessage {
  stacks: readonly StackLevel[];
  block_path?: string;
}

/** One line of a job's log. */
export interface BlockLog extends ReportMessage {
  type: "BlockLog";
  log: string;
  stdio: "stdout" | "stderr";
}

/** A structured record of a job's log. */
export interface BlockLogJSON extends ReportMessage {
  type: "BlockLogJSON";
  json: unknown;
}

/** A warning to the user. */
export interface BlockWarning extends ReportMessage {
  type: "BlockWarning";
  warning: string;
}

/** A message to the block's own user interface. */
export interface BlockMessage extends ReportMessage {
  type: "BlockMessage";
  payload: unknown;
}

/** The events that an executor publishes on `report` (oocana-protocol 2.5, which also lists those of the engine). */
export type ExecutorReport =
  | BlockLog
  | BlockLogJSON
  | BlockWarning
  | BlockMessage
  | (BlockProgress & ReportMessage);

/** Any event on `report`, the engine's included. */
export interface ReportEvent {
  type: string;
  session_id: string;
  job_id?: string;
  [field: string]: unknown;
}
