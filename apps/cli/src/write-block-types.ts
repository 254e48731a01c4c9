import type { Block, BlockHandle } from "@oomol/connect-node";
import { compile, type JSONSchema } from "json-schema-to-typescript";

/**
 * A module that tells the compiler what each block takes and returns: it fills the `BlockRegistry` of the client, by the
 * name of the package that its readers have.
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
  return `// Written by \`oomol-connect types\`: what each block takes and returns.
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

/** Inputs that have a value of their own, may be null or are given as a file, may be left out. */
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
