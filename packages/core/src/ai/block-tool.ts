import { inputsSchema, readToolArguments } from "@oomol/connect-schemas";
import { descriptionOf } from "@oomol/connect-shared/words-of-block";
import { jsonSchema, type Tool, type ToolExecuteFunction } from "ai";
import type { BlockId, BlockRegistry, InputsOf, OutputsOf } from "../block-registry.ts";
import { InvalidInputError } from "../errors/index.ts";
import type { UploadSource } from "../transport/upload-source.ts";
import type { Block } from "../types.ts";
import { conversationFiles } from "./conversation-files.ts";
import { toModelOutput } from "./model-output.ts";
import { runBlock } from "./run-block.ts";
import type { ToolClient } from "./tool-client.ts";
import type { BlockToolOptions } from "./tool-options.ts";
import type { BlockToolOutput } from "./tool-output.ts";

/** The inputs that a model gives: those of the block, as registered; anything for an id that is not registered. */
export type BlockToolInput<Id> = Id extends keyof BlockRegistry ? InputsOf<Id> : Record<string, unknown>;

/** A tool of the AI SDK that runs a block. */
export type BlockTool<Id extends BlockId = string> = FunctionTool<
  BlockToolInput<Id>,
  BlockToolOutput<OutputsOf<Id>>
>;

/** One that the program itself executes: of all kinds of tools it alone can be spread. */
type FunctionTool<Input, Output> = Exclude<
  Tool<Input, Output>,
  { type: "dynamic" } | { type: "provider" }
> & {
  // biome-ignore lint/suspicious/noExplicitAny: the tool looks at no context, so it takes any
  execute: ToolExecuteFunction<Input, Output, any>;
};

/**
 * A block as a tool for `generateText`, `streamText` and agents. Its progress comes as preliminary outputs; an aborted call
 * stops its task; a task that fails is a tool error in the words of the block. For other options of `tool()`, spread it.
 *
 * @example
 * const speak = await blockTool(client, "audio-lab::text-to-audio");
 * const { text } = await generateText({ model, tools: { speak }, prompt: "Say hello.", stopWhen: isStepCount(5) });
 * @throws `InvalidInputError` if the server has no such block, and what `blocks.list` throws.
 */
export async function blockTool<const Id extends BlockId, Source = UploadSource>(
  client: ToolClient<Source>,
  blockId: Id,
  options: BlockToolOptions<Source> = {},
): Promise<BlockTool<Id>> {
  const { blocks } = await client.blocks.list();
  return toolOf<Id, Source>(client, findBlock(blocks, blockId), options);
}

/** The block of an id. */
export function findBlock(blocks: readonly Block[], blockId: string): Block {
  const block = blocks.find((one) => one.blockId === blockId);
  if (!block) throw new InvalidInputError("blockId", `the server has no block ${JSON.stringify(blockId)}.`);
  return block;
}

/** A block that has been listed, as a tool. */
export function toolOf<Id extends BlockId, Source>(
  client: ToolClient<Source>,
  block: Block,
  { maxFileBytes = 1_048_576, fileInputs = conversationFiles<Source>() }: BlockToolOptions<Source>,
): BlockTool<Id> {
  const { blockId, inputs = [] } = block;
  // `tool()` would return the same object, with the type of every kind of tool.
  return {
    description: descriptionOf(block) ?? `Runs the OOMOL block ${blockId}.`,
    inputSchema: jsonSchema<BlockToolInput<Id>>(inputsSchema(inputs, fileInputs.description), {
      validate: checkInput,
    }),
    execute: (given, call) => {
      // An object, as the check above has made sure.
      const read = readToolArguments(inputs, given as Readonly<Record<string, unknown>>);
      const run = { client, blockId, ...read, fileInputs, maxFileBytes };
      return runBlock<Id, Source>(run, call);
    },
    toModelOutput: ({ output }) => toModelOutput(output),
  };
}

/** The server checks the inputs by the block's own schemas, and answers in words for a model; a cast, as it has checked. */
function checkInput<Input>(value: unknown) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { success: true as const, value: value as Input };
  }
  return { success: false as const, error: new Error("The input must be an object.") };
}
