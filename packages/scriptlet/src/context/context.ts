import type { Previewable } from "../previews/prepare-preview.ts";
import type { HandleDef, HandleDefs, OutputTarget, StackLevel } from "../wire/messages.ts";
import type { OutputSource } from "./output-source.ts";
import type { BlockJob, RunBlockOptions } from "./run-block.ts";

/** Returned by a block that will call `context.finish` later. The same symbol in every copy of this package. */
export const keepAlive: unique symbol = Symbol.for("@oomol/scriptlet/keep-alive");

/** Returned in place of outputs by a block that will call `context.finish` later. */
export type KeepAlive = typeof keepAlive;

/** The return value of a block: its outputs by handle, nothing, or `context.keepAlive`. */
export type BlockResult<Outputs> = Partial<Outputs> | undefined | KeepAlive;

/** A block: the default export of its entry file. */
export type BlockFunction<Inputs = Record<string, unknown>, Outputs = Record<string, unknown>> = (
  inputs: Inputs,
  context: Context<Inputs, Outputs>,
  // A block without outputs returns nothing at all.
  // biome-ignore lint/suspicious/noConfusingVoidType: `async () => {}` must fit
) => BlockResult<Outputs> | void | Promise<BlockResult<Outputs> | void>;

/**
 * The context of a block. Every method that sends returns a promise that settles when the broker has
 * taken the message. Whether or not it is awaited, messages leave in the order of the calls and before the finish.
 *
 * @example
 * ```ts
 * export default async function (inputs: Inputs, context: Context<Inputs, Outputs>) {
 *   context.reportProgress(50);
 *   return { text: inputs.who };
 * }
 * ```
 */
export interface Context<Inputs = Record<string, unknown>, Outputs = Record<string, unknown>> {
  /** The block's inputs, frozen; references to variables, files, secrets and credentials are already resolved (oocana-protocol 3). */
  readonly inputs: Readonly<Inputs>;
  /** The declared inputs by handle, frozen; `{}` if there are none. */
  readonly inputsDef: Readonly<HandleDefs>;
  /** The declared outputs by handle, frozen; `{}` if there are none. */
  readonly outputsDef: Readonly<HandleDefs>;

  /**
   * Sends one output downstream (oocana-protocol 6.2). An undeclared handle is a warning to the user and is not sent;
   * a value that cannot be sent (a BigInt, a cycle) is reported as an error, and the block goes on. A handle declared
   * `oomol/bin` takes bytes, a Blob, or a stream of bytes of any size, which is written chunk by chunk (oocana-protocol 3.3).
   *
   * @param target Restricts the destinations. With `to_node` alone it goes to no flow output, and vice versa.
   */
  output<Handle extends keyof Outputs & string>(
    handle: Handle,
    value: Outputs[Handle],
    target?: OutputTarget,
  ): Promise<void>;
  /** Sends several outputs at once, with the same rule for each handle (oocana-protocol 6.2). */
  outputs(outputs: Partial<Outputs>): Promise<void>;
  /**
   * Ends the block (oocana-protocol 6.3): with an error, with a result, or with neither. `error` wins over `result`. Anything
   * after the first finish is ignored. Needed only after returning `keepAlive`; otherwise a block ends by returning.
   */
  finish(ending?: { result?: Partial<Outputs> | undefined; error?: unknown }): Promise<void>;
  /** Return this to keep the job open until `finish` is called. */
  readonly keepAlive: KeepAlive;

  /**
   * Shows something to the user while the block runs (oocana-protocol 6.5).
   *
   * Besides `{ type, data }` it takes data frames directly, or as the `data` of a table: those of Apache Arrow, Arquero,
   * nodejs-polars, danfojs and DuckDB, and arrays of records or other values. Tables become CSV files; a data frame of more
   * than 1000 rows is cut to the first and last 500, with its true `row_count`. It also takes plots: Vega-Lite and Vega
   * specifications and Plotly figures (pages that load their library from a CDN), Observable Plot and any other SVG, as
   * text or element.
   *
   * @param id A preview replaces an earlier one with the same id.
   */
  preview(payload: Previewable, id?: string): Promise<void>;
  /**
   * Reports progress, 0…100; values outside are clamped, and a value that is not a finite number is 0. At most one message
   * per 300 ms: the first at once, then the last of each window at its end. A pending value is sent before any output and the finish.
   */
  reportProgress(progress: number): Promise<void>;
  /** Adds one line to the block's log. Default `"stdout"`. `console.log` does the same. */
  reportLog(line: string, stdio?: "stdout" | "stderr"): Promise<void>;
  /** Adds a structured record to the block's log. */
  logJSON(payload: unknown): Promise<void>;
  /** The same as `logJSON`. */
  logJson(payload: unknown): Promise<void>;
  /** Sends a message to the block's custom user interface. */
  sendMessage(payload: unknown): Promise<void>;
  /** Attaches a warning to the block. */
  sendWarning(text: string): Promise<void>;
  /** The same as `sendWarning`. */
  warning(text: string): Promise<void>;
  /** Reports an error without finishing. */
  sendError(error: unknown): Promise<void>;
  /** The same as `sendError`. */
  error(error: unknown): Promise<void>;
  /** Levelled log; each record is one entry of the block's log. */
  readonly logger: Logger;

  readonly sessionId: string;
  readonly jobId: string;
  /** The node in the innermost flow, or `"none"` if the block is run directly. */
  readonly nodeId: string;
  /** The same as `nodeId`. */
  readonly node_id: string;
  /** The flows that lead here, outermost first. */
  readonly stacks: readonly StackLevel[];
  /** The block's manifest; undefined for an inline task. */
  readonly block_path: string | undefined;
  readonly jobInfo: Readonly<{ session_id: string; job_id: string }>;
  readonly blockInfo: Readonly<{
    session_id: string;
    job_id: string;
    stacks: readonly StackLevel[];
    block_path?: string;
  }>;
  /**
   * Where in a trace this block runs, in the headers of W3C Trace Context, for requests and programs that belong to it:
   * `fetch(url, { headers: { ...context.trace } })`. Undefined if whoever started the task has asked for no trace.
   */
  readonly trace: Readonly<{ traceparent: string; tracestate?: string }> | undefined;
  /** Name of the executor's package. */
  readonly packageName: string;

  /** Shared by the whole session; the engine never removes it (oocana-protocol 4). */
  readonly sessionDir: string;
  /** Belongs to this flow; kept after the run, removed when the same flow runs again (oocana-protocol 4). */
  readonly tmpDir: string;
  /** Belongs to this package, below `tmpDir`. */
  readonly tmpPkgDir: string;
  /** Persists across sessions (`OOCANA_PKG_DIR`); `""` if the engine sets none. */
  readonly pkgDir: string;
  /** The same as `pkgDir`. */
  readonly pkgDataDir: string;

  /** The current OOMOL token (`OOMOL_TOKEN`); `""` and one warning if there is none. */
  oomolToken(): Promise<string>;
  /** The same as `oomolToken`. */
  getOomolToken(): Promise<string>;
  /** Base URL of Fusion (`OOMOL_FUSION_API_URL`); `""` and one warning if there is none. */
  readonly fusionApiUrl: string;
  /** The same as `fusionApiUrl`. */
  readonly oomolFusionApiUrl: string;
  /** The address of language models (`OOMOL_LLM_*`); one warning for each missing part. */
  readonly oomolLlmEnv: Readonly<LlmEnvironment>;
  /** The same as `oomolLlmEnv`. */
  readonly OOMOL_LLM_ENV: Readonly<LlmEnvironment>;
  /** The host's graphics, `"unknown"` by default. */
  readonly hostInfo: Readonly<HostInfo>;
  /** The address of the host (`OO_HOST_ENDPOINT`); undefined if it is not set. */
  readonly hostEndpoint: string | undefined;

  /** Belongs to this node of this flow run: later jobs of the same node see the values of earlier ones (oocana-protocol 6.7). */
  readonly flowNodeStore: Record<string, unknown>;

  /**
   * Describes another block: its inputs, outputs and kind (oocana-protocol 2.4).
   *
   * @throws {@link RequestFailedError} if the engine does not find it.
   * @throws {@link RequestTimeoutError} after 30 seconds.
   */
  queryBlock(block: string): Promise<QueriedBlock>;
  /** The nodes and flow outputs to which each of these outputs is connected; all handles by default. Unconnected ones are absent. */
  queryDownstream(handles?: string[]): Promise<Record<string, Downstream>>;
  /** The entries of a credential from an input (oocana-protocol 3.5). */
  queryAuth(credential: Credential): Promise<Record<string, string>>;
  /**
   * Starts another block, `self::name` or `package::name` (oocana-protocol 6.6). Its outputs go to the listeners of the
   * returned job, not into the flow.
   */
  runBlock(block: string, options?: RunBlockOptions, strict?: boolean): BlockJob;
  /** Zips listeners: an array with one value of each source as soon as every source has one. */
  joinOutputs(...sources: OutputSource[]): OutputSource<unknown[]>;

  readonly internal: {
    /** The weight of a node in its flow's progress; a finite number ≥ 0. */
    updateNodeWeight(nodeId: string, weight: number): Promise<void>;
  };
}

/** Each method formats like `console.log`; debug and info go to stdout, warn and error to stderr. */
export interface Logger {
  /** To stdout. */
  debug(...parts: unknown[]): Promise<void>;
  /** To stdout. */
  info(...parts: unknown[]): Promise<void>;
  /** To stderr. */
  warn(...parts: unknown[]): Promise<void>;
  /** To stderr. */
  error(...parts: unknown[]): Promise<void>;
}

/** The address of language models; each part is `""` if the environment does not set it (`OOMOL_LLM_*`). */
export interface LlmEnvironment {
  baseUrl: string;
  /** The OpenAI-compatible endpoint. */
  baseUrlV1: string;
  apiKey: string;
  /** `OOMOL_LLM_MODELS`, split at commas; no model if it is empty. */
  models: string[];
}

/** The host's graphics; each is `"unknown"` if the environment does not set it (`OOMOL_HOST_GPU_*`). */
export interface HostInfo {
  gpuVendor: string;
  gpuRenderer: string;
}

/** A pointer to a credential, not the credential itself. */
export interface Credential {
  type: string;
  name: string;
  id: string;
}

/** The answer of `queryBlock`. */
export type QueriedBlock = { description?: string; inputs_def?: HandleDefs; outputs_def?: HandleDefs } & (
  | { type: "task"; additional_inputs: boolean; additional_outputs: boolean }
  | { type: "subflow"; has_slot: boolean }
);

/** The destinations of an output: inputs of nodes, and outputs of the flow. */
export interface Downstream {
  to_node?: { node_id: string; description?: string; input_handle: string; input_handle_def?: HandleDef }[];
  to_flow?: { output_handle: string; output_handle_def?: HandleDef }[];
}
