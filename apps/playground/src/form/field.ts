import type { BlockHandle } from "@oomol/connect-browser";

export type FieldKind =
  | "text"
  | "textarea"
  | "secret"
  | "number"
  | "switch"
  | "choice"
  | "json"
  | "file"
  | "files";

/** One input of a block, as the form shows it. */
export interface Field {
  handle: string;
  kind: FieldKind;
  description: string | undefined;
  schema: Readonly<Record<string, unknown>>;
  /** The block runs without it: it has a default or may be null. */
  isOptional: boolean;
  isNullable: boolean;
  isInteger: boolean;
  /** Values to choose from, for a choice. */
  choices: readonly Choice[];
  /** `undefined` where there is none. */
  defaultValue: unknown;
}

export interface Choice {
  label: string;
  value: unknown;
}

/** Reads what a form needs off a handle of `GET /v1/blocks`. */
export function createField(handle: BlockHandle): Field {
  const schema = isRecord(handle.json_schema) ? handle.json_schema : {};
  const types = [schema.type].flat();
  const isNullable = handle.nullable === true || types.includes("null");
  const hasDefault = Object.hasOwn(handle, "value");
  return {
    handle: handle.handle,
    kind: kindOf(schema, types),
    description:
      handle.description ?? (typeof schema.description === "string" ? schema.description : undefined),
    schema,
    isOptional: isNullable || hasDefault,
    isNullable,
    isInteger: types.includes("integer"),
    choices: choicesOf(schema),
    defaultValue: handle.value ?? schema.default,
  };
}

function kindOf(schema: Record<string, unknown>, types: readonly unknown[]): FieldKind {
  if (asksForFile(schema)) return types.includes("array") ? "files" : "file";
  if (asksForFile(schema.items)) return "files";
  if (schema.contentMediaType === "oomol/secret") return "secret";
  if (Array.isArray(schema.enum)) return "choice";
  const [type] = types.filter((candidate) => candidate !== "null");
  if (type === "boolean") return "switch";
  if (type === "number" || type === "integer") return "number";
  if (type === "string") return isLong(schema) ? "textarea" : "text";
  return "json";
}

/** The same two marks that the server goes by when it hands uploads to inputs. */
function asksForFile(schema: unknown): boolean {
  return isRecord(schema) && (schema["ui:widget"] === "file" || schema.contentMediaType === "oomol/bin");
}

function isLong(schema: Record<string, unknown>): boolean {
  const { maxLength } = schema;
  return schema["ui:widget"] === "textarea" || (typeof maxLength === "number" && maxLength > 200);
}

function choicesOf(schema: Record<string, unknown>): Choice[] {
  const { enum: values } = schema;
  const options = schema["ui:options"];
  const labels = isRecord(options) && Array.isArray(options.labels) ? options.labels : [];
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown, index) => {
    const label: unknown = labels[index] ?? value;
    return { value, label: typeof label === "string" ? label : JSON.stringify(label) };
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
