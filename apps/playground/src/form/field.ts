import type { BlockHandle } from "@oomol/connect-browser";
import { fileInputOf } from "@oomol/connect-schemas";
import { holds, isRecord, itemsOf, propertiesOf } from "./nested-schema.ts";

export type FieldKind =
  | "text"
  | "textarea"
  | "colour"
  | "secret"
  | "number"
  | "switch"
  | "choice"
  | "group"
  | "list"
  | "json"
  | "file"
  | "files";

/** One input of a block, as the form shows it. */
export interface Field {
  handle: string;
  kind: FieldKind;
  description: string | undefined;
  schema: Readonly<Record<string, unknown>>;
  /** What a value is checked against; undefined for what says nothing by itself. */
  rules: unknown;
  /** The block runs without it: it has a default or may be null. */
  isOptional: boolean;
  isNullable: boolean;
  isInteger: boolean;
  /** What leaving it empty sends: null, or nothing at all. */
  emptyIsNull: boolean;
  /** Of a group: one for each property. */
  children: readonly Field[];
  /** Of a list: what each of its items is. */
  item: Field | undefined;
  /** Values to choose from, for a choice. */
  choices: readonly Choice[];
  /** `undefined` if there is none. */
  defaultValue: unknown;
}

export interface Choice {
  label: string;
  value: unknown;
}

/** Reads what a form needs off a handle of `GET /v1/blocks`. */
export function createField(handle: BlockHandle): Field {
  const isOptional = Object.hasOwn(handle, "value");
  const field = describeField(handle, isOptional);
  const { isNullable, defaultValue } = field;
  const rules = handle.json_schema;
  // A default that the server would fill in is taken away by null alone.
  return { ...field, rules, emptyIsNull: isNullable && defaultValue !== undefined && defaultValue !== null };
}

/** A property of an object, or an item of a list: for what is left out here nobody fills in a default. */
function createInner(name: string, json_schema: unknown, isRequired: boolean, depth: number): Field {
  const field = describeField({ handle: name, json_schema }, !isRequired, depth);
  // A reference leads to the whole schema, so a part with one says nothing by itself.
  const rules = JSON.stringify(json_schema)?.includes('"$ref"') ? undefined : json_schema;
  return { ...field, rules, emptyIsNull: isRequired && field.isNullable };
}

function describeField(handle: BlockHandle, mayBeLeftOut: boolean, depth = 0): Field {
  const schema = isRecord(handle.json_schema) ? handle.json_schema : {};
  const types = [schema.type].flat();
  const isNullable = handle.nullable === true || types.includes("null");
  const defaultValue = handle.value ?? schema.default;
  const plain = {
    handle: handle.handle,
    kind: kindOf(schema, types),
    description:
      handle.description ?? (typeof schema.description === "string" ? schema.description : undefined),
    schema,
    rules: undefined,
    isOptional: isNullable || mayBeLeftOut,
    isNullable,
    isInteger: types.includes("integer"),
    emptyIsNull: false,
    children: [],
    item: undefined,
    choices: choicesOf(schema),
    defaultValue,
  };
  if (plain.kind !== "json" || depth === deepest || !holds(schema, defaultValue)) return plain;
  const children = propertiesOf(schema)?.map(([name, inner, isRequired]) =>
    createInner(name, inner, isRequired, depth + 1),
  );
  if (children && !children.some(isFile)) return { ...plain, kind: "group", children };
  const items = itemsOf(schema);
  const item = items && createInner(plain.handle, items, true, depth + 1);
  return item && !isFile(item) ? { ...plain, kind: "list", item } : plain;
}

/** Levels of fields inside each other; what lies deeper is typed as JSON. */
const deepest = 5;

/** Uploads reach inputs alone, never places inside them. */
function isFile({ kind }: Field): boolean {
  return kind === "file" || kind === "files";
}

function kindOf(schema: Record<string, unknown>, types: readonly unknown[]): FieldKind {
  const file = fileInputOf(schema);
  if (file) return file.isList ? "files" : "file";
  if (schema.contentMediaType === "oomol/secret") return "secret";
  if (Array.isArray(schema.enum)) return "choice";
  const [type] = types.filter((candidate) => candidate !== "null");
  if (type === "boolean") return "switch";
  if (type === "number" || type === "integer") return "number";
  if (type === "string" && schema["ui:widget"] === "color") return "colour";
  if (type === "string") return isLong(schema) ? "textarea" : "text";
  return "json";
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
  const texts = values.map(textOf);
  return values.map((value: unknown, index) => {
    const label: unknown = labels[index];
    if (label !== undefined && label !== null) return { value, label: textOf(label) };
    const text = texts[index] ?? "";
    // As 1 and "1" are read alike, and an empty text is not seen at all.
    const isClear = text !== "" && texts.indexOf(text) === texts.lastIndexOf(text);
    return { value, label: isClear ? text : JSON.stringify(value) };
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
