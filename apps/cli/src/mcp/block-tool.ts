import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Block, BlockHandle } from "@oomol/connect-node";
import {
  fileInputOf,
  type HandleSchema,
  type JsonSchema,
  portableSchema,
  readSchema,
} from "@oomol/connect-schemas";
import { descriptionOf, titleOf } from "../words-of-block.ts";
import { toolName } from "./tool-name.ts";

/** A block as a tool: its inputs as JSON Schema, files as paths on the machine where this command runs. */
export function blockTool(block: Block): Tool {
  const { inputs = [], outputs = [] } = block;
  const title = titleOf(block) ?? block.blockId;
  return {
    name: toolName(block.blockId),
    title,
    description: descriptionOf(block) ?? `Runs the OOMOL block ${block.blockId}.`,
    inputSchema: {
      type: "object",
      ...handlesSchema(inputs, inputSchema),
      required: inputs.filter((input) => !isOptional(input)).map((input) => input.handle),
    },
    outputSchema: { type: "object", ...outputsSchema(outputs) },
    // A block may do anything: what is not known of it is not promised.
    annotations: { title, openWorldHint: true },
  };
}

/** The inputs or outputs as one schema, which contains everything that it refers to. */
function handlesSchema(
  handles: readonly BlockHandle[],
  schemaOf: (handle: BlockHandle, prefix: string) => HandleSchema,
): { properties: Record<string, Readonly<Record<string, unknown>>>; $defs?: Record<string, JsonSchema> } {
  const properties = new Map<string, Readonly<Record<string, unknown>>>();
  const definitions: Record<string, JsonSchema> = {};
  for (const [index, handle] of handles.entries()) {
    const { schema, definitions: own } = schemaOf(handle, `${index}.`);
    Object.assign(definitions, own);
    const whole = handle.nullable ? { anyOf: [schema, { type: "null" }] } : schema;
    properties.set(handle.handle, described(whole, handle));
  }
  return {
    properties: Object.fromEntries(properties),
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

function inputSchema(input: BlockHandle, prefix: string): HandleSchema {
  const file = fileInputOf(input.json_schema);
  const path = { type: "string", description: "Absolute path of a file on this machine, which is uploaded." };
  if (file) {
    const paths = file.isList ? { type: "array", items: path } : path;
    return { schema: file.isNullable ? { anyOf: [paths, { type: "null" }] } : paths, definitions: {} };
  }
  return readHandle(input, prefix);
}

/** Clients prepare it as soon as they list the tools, each with its own validator. */
function outputsSchema(outputs: readonly BlockHandle[]): object {
  const { $defs = {}, ...schema } = handlesSchema(outputs, readHandle);
  const entries = Object.entries($defs).map(([name, one]) => [name, portableSchema(one)]);
  return {
    ...Object(portableSchema(schema)),
    ...(entries.length > 0 && { $defs: Object.fromEntries(entries) }),
  };
}

/** What cannot be used says nothing, for this handle alone. */
function readHandle({ json_schema }: BlockHandle, prefix: string): HandleSchema {
  const reading = readSchema(json_schema ?? true, {
    prefix,
    annotations: ["title", "description", "default", "examples"],
  });
  return "unusable" in reading ? { schema: true, definitions: {} } : reading;
}

function described(schema: JsonSchema, handle: BlockHandle): Readonly<Record<string, unknown>> {
  const { description, value } = handle;
  const rules = schema === true ? {} : schema === false ? { not: {} } : schema;
  const hasDefault = Object.hasOwn(handle, "value") && value !== undefined;
  return { ...rules, ...(description && { description }), ...(hasDefault && { default: value }) };
}

function isOptional(input: BlockHandle): boolean {
  return Object.hasOwn(input, "value") || input.nullable === true;
}
