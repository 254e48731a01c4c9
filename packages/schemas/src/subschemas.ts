import { isRecord } from "./json-schema.ts";

/** Keywords by what they hold. */
export const schemaKeywords = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
] as const;
export const schemaListKeywords = ["allOf", "anyOf", "oneOf", "prefixItems"] as const;
export const schemaMapKeywords = ["dependentSchemas", "patternProperties", "properties"] as const;

/** The schemas right inside of a schema, definitions included. */
export function subschemasOf(schema: Readonly<Record<string, unknown>>): unknown[] {
  const lists = [...schemaListKeywords, "items"].flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? (list as unknown[]) : [];
  });
  const maps = [...schemaMapKeywords, "dependencies", "$defs", "definitions"].flatMap((keyword) => {
    const map = schema[keyword];
    return isRecord(map) ? Object.values(map) : [];
  });
  return [...schemaKeywords.map((keyword) => schema[keyword]), ...lists, ...maps];
}
