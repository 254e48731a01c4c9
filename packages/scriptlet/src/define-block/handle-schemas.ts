import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A schema for each handle. */
export type HandleSchemas = Readonly<Record<string, StandardSchemaV1>>;

/** The inputs of a block's `run`: after defaults and transforms. */
export type TakenValues<Schemas extends HandleSchemas> = {
  [Handle in keyof Schemas]: StandardSchemaV1.InferOutput<Schemas[Handle]>;
};

/** The inputs from outside: a handle whose schema accepts undefined may be absent. */
export type GivenValues<Schemas extends HandleSchemas> = WithOptionalKeys<{
  [Handle in keyof Schemas]: StandardSchemaV1.InferInput<Schemas[Handle]>;
}>;

/** The return value of a block's `run`: before transforms. */
export type ValuesToSend<Schemas extends HandleSchemas> = {
  [Handle in keyof Schemas]: StandardSchemaV1.InferInput<Schemas[Handle]>;
};

/** The outputs that leave the block. */
export type SentValues<Schemas extends HandleSchemas> = TakenValues<Schemas>;

type WithOptionalKeys<Values> = Simplify<
  { [Key in keyof Values as undefined extends Values[Key] ? never : Key]: Values[Key] } & {
    [Key in keyof Values as undefined extends Values[Key] ? Key : never]?: Values[Key];
  }
>;

/** Shown in editors as one object. */
type Simplify<Values> = { [Key in keyof Values]: Values[Key] };
