import type { TaskInputValues } from "./types.ts";

/**
 * The blocks that the compiler knows; empty until a program adds its own, by hand or with `oomol-connect types`, under the
 * name of the package that it has installed:
 *
 * @example
 * declare module "@oomol/connect-node" {
 *   interface BlockRegistry {
 *     "audio-lab::text-to-audio": { inputs: { text: string }; outputs: { audio_address: string } };
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: callers fill it
export interface BlockRegistry {}

/** A registered block, or any other id. */
export type BlockId = keyof BlockRegistry | (string & Record<never, never>);

/** What a block takes: its registered inputs as an object, or any of the three forms for an id that is not registered. */
export type InputsOf<Id> = Id extends keyof BlockRegistry
  ? BlockRegistry[Id] extends { inputs: infer Inputs }
    ? Inputs
    : TaskInputValues
  : TaskInputValues;

/** What a block returns, as registered; anything for an id that is not. */
export type OutputsOf<Id> = Id extends keyof BlockRegistry
  ? BlockRegistry[Id] extends { outputs: infer Outputs }
    ? Outputs
    : UnknownOutputs
  : UnknownOutputs;

// biome-ignore lint/suspicious/noExplicitAny: nothing is known of these values, and callers read them without a cast
type UnknownOutputs = Record<string, any>;

/** What to run, and on what. */
export interface CreateTaskRequest<Id extends BlockId = BlockId> {
  /** `PACKAGE::BLOCK`. */
  blockId: Id;
  inputValues?: InputsOf<Id>;
}
