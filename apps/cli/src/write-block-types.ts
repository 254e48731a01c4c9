import type { Block, BlockHandle } from "@oomol/connect-node";
import { compile, type JSONSchema } from "json-schema-to-typescript";

/**
 * A module with the inputs and outputs of each block, for the compiler: it augments the `BlockRegistry` of the client, under
 * the name of the package that the project has installed.
 */
export async function writeBlockTypes(blocks: readonly Block[], clientPackage: string): Promise<string> {
  const properties = Object.fromEntries(blocks.map((block) => [block.blockId, blockSchema(block)]));
  const schema: JSONSchema = {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
  const registry = await compile(schema, "BlockRegistry", { bannerComment: "", additionalProperties: true });
  const body = registry
    .replace(/^export /gm, "")
    .trimEnd()
    .replace(/^(?=.)/gm, "  ");
  return `// Written by \`oomol-connect types\`: the inputs and outputs of each block.
import "${clientPackage}";

declare module "${clientPackage}" {
${body}
}
`;
}

function blockSchema({ description, inputs = [], outputs = [] }: Block): JSONSchema {
  return {
    ...(description ? { description } : {}),
    type: "object",
    properties: { inputs: handlesSchema(inputs, true), outputs: handlesSchema(outputs, false) },
    required: ["inputs", "outputs"],
    additionalProperties: false,
  };
}

/** Inputs with a default, that may be null, or that are given as a file, are optional. */
function handlesSchema(handles: readonly BlockHandle[], isInput: boolean): JSONSchema {
  const isOptional = (handle: BlockHandle) =>
    Object.hasOwn(handle, "value") || handle.nullable === true || asksForFile(handle);
  return {
    type: "object",
    properties: Object.fromEntries(handles.map((handle) => [handle.handle, handleSchema(handle)])),
    required: handles.filter((handle) => !isInput || !isOptional(handle)).map((handle) => handle.handle),
    additionalProperties: false,
  };
}

function handleSchema({ json_schema: given, description, nullable }: BlockHandle): JSONSchema {
  const schema: JSONSchema = typeof given === "object" && given !== null ? { ...given } : {};
  // A title would become the name of a type, and two blocks may share it.
  const { title: _, ...rest } = schema;
  const described = description ? { description, ...rest } : rest;
  return nullable ? { anyOf: [described, { type: "null" }] } : described;
}

function asksForFile({ json_schema: schema }: BlockHandle): boolean {
  return JSON.stringify(schema ?? {}).includes('"ui:widget":"file"');
}
