import { isRecord } from "./json-schema.ts";

/** What every object of JavaScript has: a validator that does not ask whose a property is finds one of this name in each. */
const inherited: readonly string[] = Object.getOwnPropertyNames(Object.prototype);

/** A schema whose properties of such names are told by patterns, which validators try on an object's own properties alone. */
export function withoutInheritedNames(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties, required, dependentRequired, dependentSchemas, ...rules } = schema;
  const [plain, odd] = divide(properties);
  const patterns = Object.entries(odd).map(([name, inner]) => [`^${name}$`, inner]);
  const names = Array.isArray(required) ? required.filter((name) => !inherited.includes(name)) : [];
  return {
    ...rules,
    ...(properties !== undefined && { properties: plain }),
    ...(patterns.length > 0 && {
      patternProperties: { ...Object(rules.patternProperties), ...Object.fromEntries(patterns) },
    }),
    ...(required !== undefined && { required: names }),
    ...(dependentRequired !== undefined && { dependentRequired: divide(dependentRequired)[0] }),
    ...(dependentSchemas !== undefined && { dependentSchemas: divide(dependentSchemas)[0] }),
  };
}

/** Entries of plain names, and those of inherited ones. */
function divide(map: unknown): [Record<string, unknown>, Record<string, unknown>] {
  const entries = isRecord(map) ? Object.entries(map) : [];
  const isOdd = ([name]: [string, unknown]) => inherited.includes(name);
  return [
    Object.fromEntries(entries.filter((entry) => !isOdd(entry))),
    Object.fromEntries(entries.filter(isOdd)),
  ];
}
