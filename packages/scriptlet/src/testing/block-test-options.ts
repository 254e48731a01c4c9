import type { Downstream } from "../context/context.ts";
import type { HandleDef, HandleDefs, InputPatch, StackLevel } from "../wire/messages.ts";

/** What a block meets when it is run in a test. Nothing of the process's own environment or secrets gets in. */
export interface BlockTestOptions<Inputs = Record<string, unknown>> {
  /**
   * The block's inputs. They travel as they would from an engine: JSON as JSON, bytes as a Buffer, and what is declared
   * `oomol/var`, or is declared nowhere and is no JSON, as the very object.
   */
  inputs?: Inputs;
  /** As in the manifest; a value there stands in for an input that is absent. Default: nothing is declared. */
  inputsDef?: HandleDefs | readonly HandleDef[];
  /** As in the manifest, or just the handles. Default: every handle may be sent. */
  outputsDef?: HandleDefs | readonly (HandleDef | string)[];
  /** Places inside inputs that hold secrets (oocana-protocol 3.7). */
  inputsDefPatch?: Record<string, InputPatch[]>;

  /** The environment that the context reads, such as `OOMOL_FUSION_API_URL`. `process.env` itself is left alone. */
  env?: Readonly<Record<string, string>>;
  /** What `context.oomolToken()` gives. Default: there is none. */
  token?: string;
  /** The user's secrets by name; absent, there is no file of secrets. */
  secrets?: Record<string, TestSecret>;
  /** What `context.queryAuth` finds, by the credential's id. */
  credentials?: Record<string, Record<string, string>>;
  /** What `context.queryDownstream` finds, by output handle. Default: nothing is connected. */
  downstream?: Record<string, Downstream>;
  /** The blocks that `context.runBlock` and `context.queryBlock` find, by the name they are asked for. */
  children?: Record<string, TestChild["main"] | TestChild>;

  /** Default `"node"`. */
  nodeId?: string;
  /** Default: one flow with one node, `nodeId`. An empty list is a block run directly. */
  stacks?: readonly StackLevel[];
  /** The block's manifest. */
  blockPath?: string;
  /** Default `"workspace"`. */
  packageName?: string;
  /** Hand the same object to several runs to see what one job leaves for the next. Default: an empty one. */
  flowNodeStore?: Record<string, unknown>;
  /** Default: a temporary folder, removed when the run is disposed or the process ends. */
  sessionDir?: string;
  /** Default: as `sessionDir`. */
  tmpDir?: string;
  /** Default: as `sessionDir`. */
  pkgDir?: string;
  /** How long the block may run, in milliseconds. Default 30000. */
  timeoutMs?: number;
}

/** One entry of the user's file of secrets. */
export interface TestSecret {
  /** Such as `"AWS"`. */
  type: string;
  values: Record<string, string>;
}

/** A block that other blocks may run. */
export interface TestChild {
  /** The block itself. */
  main: (inputs: never, context: never) => unknown;
  description?: string;
  inputsDef?: HandleDefs | readonly HandleDef[];
  /** Default: every handle may be sent. */
  outputsDef?: HandleDefs | readonly (HandleDef | string)[];
}
