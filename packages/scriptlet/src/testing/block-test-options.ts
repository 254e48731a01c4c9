import type { Downstream } from "../context/context.ts";
import type { HandleDef, HandleDefs, InputPatch, StackLevel } from "../wire/messages.ts";

/** The surroundings of a block in a test. Nothing of the process's own environment or secrets gets in. */
export interface BlockTestOptions<Inputs = Record<string, unknown>> {
  /**
   * The block's inputs, sent as by an engine: JSON as JSON, bytes as a Buffer. An input that is declared
   * `oomol/var`, or that is undeclared and not JSON, is passed as the object itself.
   */
  inputs?: Inputs;
  /** As in the manifest; a value there is the default of an absent input. Default: nothing is declared. */
  inputsDef?: HandleDefs | readonly HandleDef[];
  /** As in the manifest, or just the handles. Default: every handle may be sent. */
  outputsDef?: HandleDefs | readonly (HandleDef | string)[];
  /** Places inside inputs that hold secrets (oocana-protocol 3.7). */
  inputsDefPatch?: Record<string, InputPatch[]>;

  /** The environment that the context reads, such as `OOMOL_FUSION_API_URL`. `process.env` itself is not used. */
  env?: Readonly<Record<string, string>>;
  /** The token of `context.oomolToken()`. Default: none. */
  token?: string;
  /** The user's secrets by name; if absent, there is no file of secrets. */
  secrets?: Record<string, TestSecret>;
  /** The credentials for `context.queryAuth`, by the credential's id. */
  credentials?: Record<string, Record<string, string>>;
  /** The connections for `context.queryDownstream`, by output handle. Default: none. */
  downstream?: Record<string, Downstream>;
  /** The blocks for `context.runBlock` and `context.queryBlock`, by their name in these calls. */
  children?: Record<string, TestChild["main"] | TestChild>;

  /** Default `"node"`. */
  nodeId?: string;
  /** Default: one flow with one node, `nodeId`. An empty list is a block run directly. */
  stacks?: readonly StackLevel[];
  /** The block's manifest. */
  blockPath?: string;
  /** Default `"workspace"`. */
  packageName?: string;
  /** Pass the same object to several runs to see what one job leaves for the next. Default: an empty one. */
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
