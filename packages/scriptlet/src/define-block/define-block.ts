import type { BlockFunction, BlockResult, Context } from "../context/context.ts";
import type { HandleDef } from "../wire/messages.ts";
import { checkHandles } from "./check-handles.ts";
import { checkedContext } from "./checked-context.ts";
import { describeHandles, type JsonSchemaConverter } from "./describe-handles.ts";
import type { GivenValues, HandleSchemas, SentValues, TakenValues, ValuesToSend } from "./handle-schemas.ts";

/** A block with a schema for each of its handles. */
export interface BlockDefinition<Inputs extends HandleSchemas, Outputs extends HandleSchemas> {
  /** The inputs, by handle. `run` gets the values after their schemas, defaults included. */
  inputs: Inputs;
  /** The outputs, by handle. */
  outputs: Outputs;
  /** JSON Schema for libraries whose schemas have none of their own, such as zod's `z.toJSONSchema` before 4.2. */
  toJsonSchema?: JsonSchemaConverter;
  /** The block itself. Its inputs have passed their schemas, and so will its outputs. */
  run(
    inputs: TakenValues<Inputs>,
    context: Context<TakenValues<Inputs>, ValuesToSend<Outputs>>,
    // As in BlockFunction: a block without outputs returns nothing at all.
    // biome-ignore lint/suspicious/noConfusingVoidType: `async () => {}` must fit
  ): BlockResult<ValuesToSend<Outputs>> | void | Promise<BlockResult<ValuesToSend<Outputs>> | void>;
}

/** A block function with its handles. */
export interface DefinedBlock<Inputs extends HandleSchemas, Outputs extends HandleSchemas>
  extends BlockFunction<GivenValues<Inputs>, SentValues<Outputs>> {
  /** The inputs' part of the manifest. */
  readonly inputsDef: readonly HandleDef[];
  /** The outputs' part of the manifest. */
  readonly outputsDef: readonly HandleDef[];
  /** The part of `task.oo.yaml` that follows from the schemas. */
  manifest(): { inputs_def: readonly HandleDef[]; outputs_def: readonly HandleDef[] };
}

/**
 * Makes a block from schemas by handle, zod's or those of any other library that follows Standard Schema. They give the types,
 * the check at run time and the manifest's definitions. An input that does not match ends the block with an error that
 * names handle and place. An output that does not match is reported as an error and not sent; as part of the result it
 * ends the block. No message contains a value.
 *
 * @example
 * ```ts
 * export default defineBlock({
 *   inputs: { text: z.string(), times: z.int().default(1) },
 *   outputs: { loud: z.string() },
 *   run: async ({ text, times }) => ({ loud: text.toUpperCase().repeat(times) }),
 * });
 * ```
 */
export function defineBlock<Inputs extends HandleSchemas, Outputs extends HandleSchemas>(
  definition: BlockDefinition<Inputs, Outputs>,
): DefinedBlock<Inputs, Outputs> {
  const { inputs, outputs, run, toJsonSchema } = definition;
  const inputsDef = describeHandles(inputs, "input", toJsonSchema);
  const outputsDef = describeHandles(outputs, "output", toJsonSchema);

  const block: BlockFunction = async (given, context) => {
    const taken = await checkHandles({ kind: "input", schemas: inputs, values: given, isComplete: true });
    const checked = checkedContext(context, taken, outputs);
    // The schemas replace the types that `run` declares.
    const result: unknown = await run(
      taken as TakenValues<Inputs>,
      checked as unknown as Context<TakenValues<Inputs>, ValuesToSend<Outputs>>,
    );
    if (typeof result !== "object" || result === null || Array.isArray(result)) return result as undefined;
    return checkHandles({ kind: "output", schemas: outputs, values: { ...result } });
  };
  const manifest = () => ({ inputs_def: inputsDef, outputs_def: outputsDef });
  // Written without the schemas' types, which only the caller's declarations know.
  return Object.assign(block, { inputsDef, outputsDef, manifest }) as unknown as DefinedBlock<
    Inputs,
    Outputs
  >;
}
