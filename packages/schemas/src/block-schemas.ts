import { fileInputOf } from "./file-input.ts";
import type { JsonSchema } from "./json-schema.ts";
import { portableSchema } from "./portable-schema.ts";
import { type HandleSchema, readSchema } from "./read-schema.ts";

/** The handle of a block's input or output, as a listing has it. */
export interface Handle {
  handle: string;
  description?: string | undefined;
  json_schema?: unknown;
  nullable?: boolean | undefined;
  value?: unknown;
}

/** Handles as one object, by their names. It contains everything that it refers to. */
export interface ObjectSchema {
  [keyword: string]: unknown;
  type: "object";
  properties?: Record<string, Readonly<Record<string, unknown>>>;
  $defs?: Record<string, JsonSchema>;
  required?: string[];
}

/** What a tool made from a block takes. An input for files takes text that leads to one, which `fileText` describes. */
export function inputsSchema(inputs: readonly Handle[], fileText: string): ObjectSchema {
  const file = { type: "string", description: fileText };
  const described = inputs.map((input) => withFileText(input, fileText));
  return {
    type: "object",
    ...handlesSchema(described, (input, prefix) => fileSchema(input, file) ?? readHandle(input, prefix)),
    required: inputs.filter((input) => !isOptional(input)).map((input) => input.handle),
  };
}

/** What such a tool gives. Clients prepare it as soon as they list the tools, each with its own validator. */
export function outputsSchema(outputs: readonly Handle[]): ObjectSchema {
  const { $defs = {}, ...schema } = handlesSchema(outputs, readHandle);
  const entries = Object.entries($defs).map(([name, one]) => [name, portableSchema(one)]);
  return {
    type: "object",
    ...Object(portableSchema(schema)),
    ...(entries.length > 0 && { $defs: Object.fromEntries(entries) }),
  };
}

function handlesSchema(
  handles: readonly Handle[],
  schemaOf: (handle: Handle, prefix: string) => HandleSchema,
): Pick<ObjectSchema, "$defs"> & Required<Pick<ObjectSchema, "properties">> {
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

/** What the block says of a file stands beside what is to be given for it: both describe the same text. */
function withFileText(input: Handle, fileText: string): Handle {
  const isText = fileInputOf(input.json_schema)?.isList === false;
  return isText && input.description ? { ...input, description: `${input.description} ${fileText}` } : input;
}

function fileSchema(input: Handle, file: JsonSchema): HandleSchema | undefined {
  const taken = fileInputOf(input.json_schema);
  if (!taken) return undefined;
  const files = taken.isList ? { type: "array", items: file } : file;
  return { schema: taken.isNullable ? { anyOf: [files, { type: "null" }] } : files, definitions: {} };
}

/** What cannot be used says nothing, for this handle alone. */
function readHandle({ json_schema }: Handle, prefix: string): HandleSchema {
  const reading = readSchema(json_schema ?? true, {
    prefix,
    annotations: ["title", "description", "default", "examples"],
  });
  return "unusable" in reading ? { schema: true, definitions: {} } : reading;
}

function described(schema: JsonSchema, handle: Handle): Readonly<Record<string, unknown>> {
  const { description, value } = handle;
  const rules = schema === true ? {} : schema === false ? { not: {} } : schema;
  const hasDefault = Object.hasOwn(handle, "value") && value !== undefined;
  return { ...rules, ...(description && { description }), ...(hasDefault && { default: value }) };
}

function isOptional(input: Handle): boolean {
  return Object.hasOwn(input, "value") || input.nullable === true;
}
