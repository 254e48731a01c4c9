import type { TaskInputValues } from "./types.ts";

/**
 * The blocks known to the compiler. It is empty until a program augments it, by hand or with `oomol-connect types`, under the
 * name of the package that you installed:
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

/**
 * How the registry is read, as a program augments it: `isStrict: true` makes every id that is not registered an error, a mistyped one
 * for instance. `oomol-connect types --strict` writes it.
 *
 * @example
 * declare module "@oomol/connect-node" {
 *   interface BlockRegistrySettings {
 *     isStrict: true;
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: callers fill it
export interface BlockRegistrySettings {}

/** A registered block or, unless the registry is strict, any other id. */
export type BlockId =
  | keyof BlockRegistry
  | (BlockRegistrySettings extends { isStrict: true } ? never : string & Record<never, never>);

/** The inputs of a block: its registered inputs as an object, or any of the three forms for an id that is not registered. */
export type InputsOf<Id> = Id extends keyof BlockRegistry
  ? BlockRegistry[Id] extends { inputs: infer Inputs }
    ? Inputs
    : TaskInputValues
  : TaskInputValues;

/** The outputs of a block, as registered; anything for an id that is not registered. */
export type OutputsOf<Id> = Id extends keyof BlockRegistry
  ? BlockRegistry[Id] extends { outputs: infer Outputs }
    ? Outputs
    : UnknownOutputs
  : UnknownOutputs;

// biome-ignore lint/suspicious/noExplicitAny: these values are unknown, and callers read them without a cast
type UnknownOutputs = Record<string, any>;
