import { isRecord, type JsonSchema } from "./json-schema.ts";
import { type HandleSchema, readSchema } from "./read-schema.ts";
import { type JsonType, typesOfSchema } from "./types-of-schema.ts";

/** What an input for uploaded files takes. */
export interface FileInput {
  /** It takes any number of files instead of one. */
  isList: boolean;
  /** The block gets the bytes (`oomol/bin`) instead of a path. */
  isBytes: boolean;
  /** Its schema says that it takes null as well. */
  isNullable: boolean;
}

/**
 * Whether an input takes uploaded files (connect-api 3); undefined for any other input. What says so may be what a reference
 * leads to, or the one form besides null.
 */
export function fileInputOf(jsonSchema: unknown): FileInput | undefined {
  if (!isRecord(jsonSchema)) return undefined;
  if (!known.has(jsonSchema)) known.set(jsonSchema, read(jsonSchema));
  return known.get(jsonSchema);
}

const known = new WeakMap<object, FileInput | undefined>();

function read(jsonSchema: Readonly<Record<string, unknown>>): FileInput | undefined {
  const reading = readSchema(jsonSchema, { annotations: ["contentMediaType", "ui:widget"] });
  // What nobody can check values against says by itself what it is for.
  const handle = "unusable" in reading ? { schema: jsonSchema, definitions: {} } : reading;
  const found = findFile(handle.schema, handle.definitions, false, new Set());
  const types = typesOfSchema(handle);
  return found && { ...found, isNullable: types.has("null") && types.size < 6 };
}

type Found = Pick<FileInput, "isList" | "isBytes">;

function findFile(
  schema: unknown,
  definitions: HandleSchema["definitions"],
  isItem: boolean,
  seen: Set<unknown>,
): Found | undefined {
  // What many references lead to is looked at once.
  if (!isRecord(schema) || seen.has(schema)) return undefined;
  seen.add(schema);
  const kind = fileKindOf(schema);
  if (kind) {
    const types = typesBesidesNull(schema, definitions);
    return { isList: types.length === 1 && types[0] === "array", isBytes: kind === "bytes" };
  }
  const item = isItem ? undefined : findFile(schema.items, definitions, true, new Set());
  if (item) return { ...item, isList: true };
  return partsOf(schema, definitions)
    .map((part) => findFile(part, definitions, isItem, seen))
    .find((found) => found !== undefined);
}

function fileKindOf(schema: Readonly<Record<string, unknown>>): "bytes" | "path" | undefined {
  if (schema.contentMediaType === "oomol/bin") return "bytes";
  return schema["ui:widget"] === "file" ? "path" : undefined;
}

/** What else is said of the same value, unless there is a choice. */
function partsOf(
  { $ref, allOf, anyOf, oneOf }: Readonly<Record<string, unknown>>,
  definitions: HandleSchema["definitions"],
): unknown[] {
  const target = typeof $ref === "string" ? definitions[$ref.replace("#/$defs/", "")] : undefined;
  const only = [anyOf, oneOf].map((forms) => {
    const choices = listOf(forms).filter((form) => typesBesidesNull(form, definitions).length > 0);
    return choices.length === 1 ? choices[0] : undefined;
  });
  return [target, ...listOf(allOf), ...only];
}

/** Casts: the reading has made sure of it; in what cannot be read nothing is followed. */
function typesBesidesNull(schema: unknown, definitions: HandleSchema["definitions"]): JsonType[] {
  const types = typesOfSchema({ schema: schema as JsonSchema, definitions });
  return [...types].filter((type) => type !== "null");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
