import type { JsonSchema } from "@oomol/connect-schemas";
import { printable, printableJson } from "../printable.ts";

/**
 * The TypeScript type of a schema, as `readSchema` has it. It takes every value that the schema takes: what types cannot say (a
 * limit, a pattern, a condition) is left out.
 *
 * @param nameOf - The type that stands for a reference.
 */
export function typeOfSchema(schema: JsonSchema, nameOf: (reference: string) => string): string {
  if (typeof schema === "boolean") return schema ? "unknown" : "never";
  const inner = (one: unknown) => typeOfSchema(one as JsonSchema, nameOf);
  const { $ref, allOf, anyOf, oneOf } = schema;
  const parts = [ownType(schema, inner)];
  if (typeof $ref === "string") parts.push(nameOf($ref));
  if (Array.isArray(allOf)) parts.push(...allOf.map(inner));
  for (const forms of [anyOf, oneOf]) if (Array.isArray(forms)) parts.push(unionOf(forms.map(inner)));
  return intersectionOf(parts);
}

type Inner = (schema: unknown) => string;
type Rules = Readonly<Record<string, unknown>>;

function ownType(schema: Rules, inner: Inner): string {
  if (Object.hasOwn(schema, "const")) return literalOf(schema.const);
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map(literalOf));
  // Without a type, what is said of objects says nothing of text.
  const types = [schema.type ?? []].flat();
  return types.length === 0
    ? "unknown"
    : unionOf(types.map((type) => typeNamed(String(type), schema, inner)));
}

function typeNamed(type: string, schema: Rules, inner: Inner): string {
  if (type === "integer") return "number";
  if (type === "array") return arrayOf(schema, inner);
  return type === "object" ? objectOf(schema, inner) : type;
}

function arrayOf({ prefixItems, items = true, minItems }: Rules, inner: Inner): string {
  const rest = inner(items);
  if (!Array.isArray(prefixItems)) return rest === "never" ? "[]" : `${grouped(rest)}[]`;
  const least = typeof minItems === "number" ? minItems : 0;
  const places = prefixItems.map((one, place) => `${grouped(inner(one))}${place < least ? "" : "?"}`);
  return `[${[...places, ...(rest === "never" ? [] : [`...${grouped(rest)}[]`])].join(", ")}]`;
}

function objectOf(schema: Rules, inner: Inner): string {
  const { properties = {}, required = [], additionalProperties = true, patternProperties } = schema;
  const known = new Map(Object.entries(Object(properties) as Rules));
  const needed = (required as readonly string[]).filter((name) => !known.has(name));
  const others = patternProperties === undefined ? inner(additionalProperties) : "unknown";
  const members = [...known].map(([name, one]) => {
    const isNeeded = (required as readonly string[]).includes(name);
    return `${commentOf(one)}${memberOf(name, inner(one), !isNeeded)}`;
  });
  members.push(...needed.map((name) => memberOf(name, others)));
  // A member must fit what is said of all of them.
  if (members.length === 0) members.push(`[key: string]: ${others};`);
  else if (others !== "never") members.push("[key: string]: unknown;");
  return blockOf(members);
}

/** `{ … }` with a line for each member. */
export function blockOf(members: readonly string[]): string {
  return `{\n${members.join("\n").replaceAll(/^(?=.)/gm, "  ")}\n}`;
}

/** A comment in front of a member, or nothing. */
export function commentOf(described: unknown): string {
  const { description } = Object(described) as { description?: unknown };
  if (typeof description !== "string" || description.trim() === "") return "";
  const lines = description
    .replaceAll("*/", "*\\/")
    .trim()
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => printable(line));
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`).join("\n")}\n */\n`;
}

/** A member with its type. One that may be missing under a name that every object has is then what they have. */
export function memberOf(name: string, type: string, mayBeMissing = false): string {
  if (!mayBeMissing) return `${nameOfMember(name)}: ${type};`;
  const isInherited = membersOfObject.includes(name) && type !== "unknown";
  return `${nameOfMember(name)}?: ${type}${isInherited ? ` | Object["${name}"]` : ""};`;
}

/** As the compiler knows them. */
const membersOfObject = [
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "toString",
  "valueOf",
];

/** A name as it stands in front of a colon. */
function nameOfMember(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : printableJson(name);
}

function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return printableJson(value);
  const members = Object.entries(value).map(([name, one]) => memberOf(name, literalOf(one)));
  return members.length === 0 ? "{ [key: string]: never }" : blockOf(members);
}

function unionOf(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== "never");
  if (distinct.length === 0) return "never";
  return distinct.includes("unknown") ? "unknown" : distinct.join(" | ");
}

function intersectionOf(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== "unknown");
  const [only = "unknown"] = distinct;
  if (distinct.length < 2) return only;
  return distinct.includes("never") ? "never" : distinct.map(grouped).join(" & ");
}

/** In parentheses, unless it is one word. */
function grouped(type: string): string {
  return /^\w+$/.test(type) ? type : `(${type})`;
}
