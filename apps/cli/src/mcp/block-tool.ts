import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Block, BlockHandle } from "@oomol/connect-node";

/** A block as a tool: its inputs as JSON Schema, files as paths on the machine where this command runs. */
export function blockTool(block: Block): Tool {
  const { description, inputs = [], outputs = [] } = block;
  return {
    name: toolName(block.blockId),
    title: block.blockId,
    description: description ?? `Runs the OOMOL block ${block.blockId}.`,
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(inputs.map((input) => [input.handle, inputSchema(input)])),
      required: inputs.filter((input) => !isOptional(input)).map((input) => input.handle),
    },
    outputSchema: {
      type: "object",
      properties: Object.fromEntries(outputs.map((output) => [output.handle, outputSchema(output)])),
    },
  };
}

/** Names of tools have letters, digits, `_` and `-` only, and at most 64 of them. */
export function toolName(blockId: string): string {
  return blockId.replace(/[^\w-]+/g, "__").slice(-64);
}

/** Whether an input takes files, one or a list of them. */
export function asksForFile(input: BlockHandle): "one" | "many" | undefined {
  if (hasFileWidget(input.json_schema)) return "one";
  const { items } = Object(input.json_schema) as { items?: unknown };
  return hasFileWidget(items) ? "many" : undefined;
}

function hasFileWidget(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Reflect.get(schema, "ui:widget") === "file";
}

function inputSchema(input: BlockHandle): object {
  const kind = asksForFile(input);
  const description = input.description ?? (kind ? "Path of a file on this machine." : undefined);
  const schema =
    kind === "many"
      ? { type: "array", items: { type: "string" } }
      : kind
        ? { type: "string" }
        : input.json_schema;
  return withNull({ ...Object(schema), ...(description && { description }) }, input);
}

function outputSchema(output: BlockHandle): object {
  return withNull(
    { ...Object(output.json_schema), ...(output.description && { description: output.description }) },
    output,
  );
}

function withNull(schema: object, { nullable }: BlockHandle): object {
  return nullable ? { anyOf: [schema, { type: "null" }] } : schema;
}

function isOptional(input: BlockHandle): boolean {
  return Object.hasOwn(input, "value") || input.nullable === true;
}
