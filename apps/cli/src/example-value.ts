import type { BlockHandle } from "@oomol/connect-node";
import { readSchema, typesOfSchema } from "@oomol/connect-schemas";

/** A value that an input takes, as `--input` reads it. */
export function exampleValue({ json_schema }: BlockHandle): string {
  const rules = Object(json_schema) as Record<string, unknown>;
  const [given] = [rules.examples, rules.enum, [rules.const ?? rules.default]]
    .filter(Array.isArray)
    .map(([first]) => first)
    .filter((value) => value !== undefined);
  if (given !== undefined) return typeof given === "string" ? given : JSON.stringify(given);
  const reading = readSchema(json_schema ?? true);
  const types = "unusable" in reading ? new Set(["string"]) : typesOfSchema(reading);
  if (types.has("string")) return exampleText(rules);
  const [type = ""] = types;
  if (type === "number") return String(exampleNumber("unusable" in reading ? {} : Object(reading.schema)));
  return { array: "[]", boolean: "true", null: "null" }[type] ?? "{}";
}

function exampleNumber(rules: Record<string, unknown>): unknown {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = rules;
  return (
    minimum ??
    (typeof above === "number" ? above + 1 : (maximum ?? (typeof below === "number" ? below - 1 : 1)))
  );
}

/** Looks like a value, and not like a word of the command. */
function exampleText({ format, minLength = 0, maxLength }: Record<string, unknown>): string {
  const known = new Map(Object.entries(textsByFormat)).get(String(format));
  if (known !== undefined) return known;
  const text = "Hello, World".padEnd(Math.min(Number(minLength), longestExample), "!");
  return typeof maxLength === "number" ? text.slice(0, maxLength) : text;
}

const longestExample = 1_000;

const textsByFormat = {
  date: "2026-03-01",
  "date-time": "2026-03-01T18:00:00Z",
  email: "ann@example.com",
  time: "18:00:00Z",
  uri: "https://example.com",
  url: "https://example.com",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
};
