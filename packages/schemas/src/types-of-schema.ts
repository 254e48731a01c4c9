import { isRecord, type JsonSchema } from "./json-schema.ts";
import type { HandleSchema } from "./read-schema.ts";

/** A type of JSON values; an integer is a number. */
export type JsonType = "array" | "boolean" | "null" | "number" | "object" | "string";

/** A type as a schema names it: `integer` if no other numbers are meant. */
export type NamedType = JsonType | "integer";

const every: readonly JsonType[] = ["array", "boolean", "null", "number", "object", "string"];

/** The types of the values that a schema takes, at most: some values of a type may not fit. */
export function typesOfSchema(reading: HandleSchema): ReadonlySet<JsonType> {
  return new Set([...namedTypesOfSchema(reading)].map((type) => (type === "integer" ? "number" : type)));
}

/** The same, with integers told apart from numbers. */
export function namedTypesOfSchema({ schema, definitions }: HandleSchema): ReadonlySet<NamedType> {
  const known = new Map<unknown, ReadonlySet<NamedType>>();
  const typesOf = (one: unknown): ReadonlySet<NamedType> => {
    if (typeof one === "boolean" || !isRecord(one)) return new Set(one === false ? [] : every);
    const types = known.get(one);
    if (types) return types;
    // What leads back to itself says nothing new.
    known.set(one, new Set(every));
    const read = readTypes(one);
    known.set(one, read);
    return read;
  };
  const readTypes = (one: Readonly<Record<string, unknown>>): ReadonlySet<NamedType> => {
    let types = ownTypes(one);
    const { $ref, allOf = [], anyOf, oneOf } = one;
    const parts = [...(allOf as readonly JsonSchema[])];
    if (typeof $ref === "string") parts.push(definitions[$ref.replace("#/$defs/", "")] ?? true);
    for (const part of parts) types = both(types, typesOf(part));
    for (const forms of [anyOf, oneOf]) {
      if (!Array.isArray(forms)) continue;
      types = both(types, either(forms.flatMap((form) => [...typesOf(form)])));
    }
    return types;
  };
  return typesOf(schema);
}

/** The type of a JSON value. */
export function typeOfJson(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

function both(some: ReadonlySet<NamedType>, others: ReadonlySet<NamedType>): Set<NamedType> {
  const shared = new Set([...some].filter((type) => others.has(type)));
  const areIntegers = [some, others].some((types) => types.has("integer"));
  const areNumbers = [some, others].every((types) => types.has("integer") || types.has("number"));
  return areIntegers && areNumbers ? shared.add("integer") : shared;
}

function either(types: readonly NamedType[]): Set<NamedType> {
  return new Set(types.includes("number") ? types.filter((type) => type !== "integer") : types);
}

function ownTypes(rules: Readonly<Record<string, unknown>>): Set<NamedType> {
  if (Object.hasOwn(rules, "const")) return new Set([typeOfJson(rules.const)]);
  if (Array.isArray(rules.enum)) return new Set(rules.enum.map(typeOfJson));
  if (rules.type === undefined) return new Set(every);
  return either([rules.type].flat() as NamedType[]);
}
