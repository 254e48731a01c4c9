import { withoutInheritedNames } from "./inherited-names.ts";
import { isRecord, type JsonSchema } from "./json-schema.ts";
import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from "./subschemas.ts";
import { typeOfJson } from "./types-of-schema.ts";

/**
 * A schema, as `readSchema` has it, in words that validators of draft 7 and of 2020-12 judge alike, for programs of others. It
 * fits what the schema fits, and more: of what follows a tuple it says how many items at most, of fractions and of equal items nothing, of given objects their type.
 */
export function portableSchema(schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const { prefixItems, items, multipleOf, oneOf, ...rules } = withoutComparisons(
    withoutInheritedNames(withoutNewWords(schema)),
  );
  const length = Array.isArray(prefixItems) ? prefixItems.length : undefined;
  const mostItems = Math.min(Number(rules.maxItems ?? Infinity), items === false ? (length ?? 0) : Infinity);
  // Of forms that fit more, a value may fit two.
  const isExact = Array.isArray(oneOf) && oneOf.every((one: JsonSchema) => fitsTheSame(one));
  return mapSchemas(
    {
      ...rules,
      ...(length !== undefined && { prefixItems }),
      ...(length === undefined && items !== undefined && { items }),
      ...(Number.isFinite(mostItems) && { maxItems: mostItems }),
      ...(Number.isInteger(multipleOf) && { multipleOf }),
      ...(oneOf !== undefined && (isExact ? { oneOf } : { allOf: [...list(rules.allOf), { anyOf: oneOf }] })),
    },
    portableSchema,
  );
}

/** Without what draft 7 does not know, and conditions that would be others. */
function withoutNewWords(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { minContains, maxContains, unevaluatedItems, unevaluatedProperties, ...known } = schema;
  const { not, if: condition, contains, ...rules } = known;
  return {
    ...rules,
    ...(fitsTheSame(not) && { not }),
    ...(fitsTheSame(condition) && { if: condition }),
    ...(contains !== undefined && minContains !== 0 && { contains }),
  };
}

/** Without what compares objects: a validator may call what JSON names `toString` in one. */
function withoutComparisons(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { uniqueItems, const: expected, enum: allowed, ...rules } = schema;
  const values = expected === undefined ? list(allowed) : [expected];
  if (!values.some(holdsObject)) {
    return {
      ...rules,
      ...(expected !== undefined && { const: expected }),
      ...(allowed !== undefined && { enum: allowed }),
    };
  }
  return { type: [...new Set(values.map(typeOfJson))], ...rules };
}

function holdsObject(value: unknown): boolean {
  return isRecord(value) || (Array.isArray(value) && value.some(holdsObject));
}

/** Whether the portable form of a schema fits exactly what the schema does; a reference is not followed. */
function fitsTheSame(schema: unknown): schema is JsonSchema {
  if (schema === undefined) return false;
  const text = JSON.stringify(schema);
  return !text.includes('"$ref"') && JSON.stringify(portableSchema(schema as JsonSchema)) === text;
}

function mapSchemas(
  schema: Record<string, unknown>,
  change: (inner: JsonSchema) => JsonSchema,
): Record<string, unknown> {
  const changed = { ...schema };
  for (const keyword of schemaKeywords) {
    if (schema[keyword] !== undefined) changed[keyword] = change(schema[keyword] as JsonSchema);
  }
  for (const keyword of schemaListKeywords) {
    if (schema[keyword] !== undefined) changed[keyword] = list(schema[keyword]).map(change);
  }
  for (const keyword of schemaMapKeywords) {
    const map = schema[keyword];
    if (!isRecord(map)) continue;
    const entries = Object.entries(map).map(([name, inner]) => [name, change(inner as JsonSchema)]);
    changed[keyword] = Object.fromEntries(entries);
  }
  return changed;
}

/** Casts: the reading has made sure of it. */
function list(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? (value as JsonSchema[]) : [];
}
