import type { BlockHandle } from "@oomol/connect-node";
import { fileInputOf, namedTypesOfSchema, readSchema } from "@oomol/connect-schemas";

/** The types of a handle's values, in the words of JSON Schema, with the bounds of numbers; of few possible values, these. */
export function typeWords({ json_schema, nullable }: BlockHandle): string {
  const file = fileInputOf(json_schema);
  if (file) return file.isList ? "files" : "file";
  const rules = Object(json_schema) as Record<string, unknown>;
  if (Array.isArray(rules.enum)) return valuesWords(rules.enum);
  const reading = readSchema(json_schema ?? true);
  if ("unusable" in reading) return "any";
  const types = namedTypesOfSchema(reading);
  if (types.size >= every) return "any";
  const words = [...types].map((type) =>
    type === "integer" || type === "number" ? `${type}${boundsWords(reading.schema)}` : type,
  );
  return [...new Set([...words, ...(nullable ? ["null"] : [])])].join(" | ");
}

/** Of `array`, `boolean`, `null`, `number`, `object` and `string`. */
const every = 6;

function valuesWords(values: readonly unknown[]): string {
  const shown = values.slice(0, mostValues).map((value) => JSON.stringify(value));
  const more = values.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(" | ");
}

const mostValues = 6;

/** ` 80 to 450`, ` above 0`: nothing if it has no bounds. */
function boundsWords(schema: unknown): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = Object(schema) as Record<string, unknown>;
  if (typeof minimum === "number" && typeof maximum === "number") return ` ${minimum} to ${maximum}`;
  const bounds = {
    "at least": minimum,
    above: exclusiveMinimum,
    "at most": maximum,
    below: exclusiveMaximum,
  };
  const words = Object.entries(bounds).filter(([, bound]) => typeof bound === "number");
  return words.length === 0 ? "" : ` ${words.map(([word, bound]) => `${word} ${bound}`).join(" and ")}`;
}
