import { isRecord } from "./json-schema.ts";

/** A schema in the words of 2020-12, whichever dialect it was written in; what is inside of it stays as it is. */
export function modernForm(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return withoutOddName(withBounds(withDependencies(withTuple({ ...schema }))));
}

/** Validators leave out a property of this name: in most objects of JavaScript it means another thing. */
function withoutOddName(schema: Record<string, unknown>): Record<string, unknown> {
  const { properties, patternProperties } = schema;
  if (!isRecord(properties) || !Object.hasOwn(properties, "__proto__")) return schema;
  const { ["__proto__"]: odd, ...others } = properties;
  return {
    ...schema,
    properties: others,
    patternProperties: { ...Object(patternProperties), "^__proto__$": odd },
  };
}

/** Until 2019 a tuple was a list in `items`, and what follows it `additionalItems`. */
function withTuple({ additionalItems, ...schema }: Record<string, unknown>): Record<string, unknown> {
  const { items, ...others } = schema;
  if (!Array.isArray(items)) return schema;
  return {
    ...others,
    ...(items.length > 0 && { prefixItems: items }),
    ...(additionalItems !== undefined && { items: additionalItems }),
  };
}

/** Until 2019 one keyword named both the properties and the schemas that a property asks for. */
function withDependencies({ dependencies, ...schema }: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(dependencies)) return schema;
  const entries = Object.entries(dependencies);
  const names = entries.filter(([, value]) => Array.isArray(value));
  const schemas = entries.filter(([, value]) => !Array.isArray(value));
  return {
    ...schema,
    ...(names.length > 0 && {
      dependentRequired: { ...Object(schema.dependentRequired), ...Object.fromEntries(names) },
    }),
    ...(schemas.length > 0 && {
      dependentSchemas: { ...Object(schema.dependentSchemas), ...Object.fromEntries(schemas) },
    }),
  };
}

/** In draft 4 `exclusiveMinimum` says whether `minimum` itself is excluded. */
function withBounds(schema: Record<string, unknown>): Record<string, unknown> {
  let bounded = schema;
  for (const [bound, exclusive] of bounds) {
    const { [bound]: limit, [exclusive]: isExclusive, ...others } = bounded;
    if (typeof isExclusive !== "boolean") continue;
    bounded = { ...others, ...(limit !== undefined && { [isExclusive ? exclusive : bound]: limit }) };
  }
  return bounded;
}

const bounds = [
  ["minimum", "exclusiveMinimum"],
  ["maximum", "exclusiveMaximum"],
] as const;
