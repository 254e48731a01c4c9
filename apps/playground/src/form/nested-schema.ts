export type JsonSchema = Readonly<Record<string, unknown>>;

/** Name and schema of each property of an object, and whether it must be there. */
export type SchemaProperty = [name: string, schema: JsonSchema, isRequired: boolean];

/** Keywords that make of an object or array something else than one form of it. */
const branching = ["anyOf", "oneOf", "allOf", "not", "if", "$ref", "const", "enum"];
const openEnded = ["patternProperties", "prefixItems", "contains", "dependentSchemas", "unevaluatedItems"];

/** What an object is made of; `undefined` if the schema leaves that open, so that JSON alone says it all. */
export function propertiesOf(schema: JsonSchema): SchemaProperty[] | undefined {
  const { properties, required, additionalProperties = false } = schema;
  if (!isOnly(schema, "object") || !isRecord(properties) || additionalProperties !== false) return undefined;
  const names = Array.isArray(required) ? required : [];
  const known = Object.entries(properties).map(([name, inner]): SchemaProperty => {
    return [name, isRecord(inner) ? inner : {}, names.includes(name)];
  });
  return known.length > 0 && names.every((name) => Object.hasOwn(properties, name)) ? known : undefined;
}

/** What each item of an array is; `undefined` if they may be anything. */
export function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  const { items } = schema;
  return isOnly(schema, "array") && isRecord(items) && Object.keys(items).length > 0 ? items : undefined;
}

/** Whether fields made from a schema have a place for everything in a value. */
export function holds(schema: JsonSchema, value: unknown): boolean {
  const items = itemsOf(schema);
  if (Array.isArray(value) && items) return value.every((item) => holds(items, item));
  const properties = propertiesOf(schema);
  if (!isRecord(value) || !properties) return true;
  const inner = new Map(properties.map(([name, property]) => [name, property]));
  return Object.entries(value).every(([name, part]) => {
    const property = inner.get(name);
    return property !== undefined && holds(property, part);
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a record has under a name itself: each has a `constructor` otherwise. */
export function ownOf<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isOnly(schema: JsonSchema, wanted: string): boolean {
  const types = [schema.type].flat().filter((type) => type !== "null");
  return types.join() === wanted && ![...branching, ...openEnded].some((keyword) => keyword in schema);
}
