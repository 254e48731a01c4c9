import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { readSchema, standalone } from "@oomol/connect-schemas";

/** Why a value does not fit, in a form that can be said in any language. */
export interface Problem {
  /** A JSON Schema keyword, or one of `required`, `requiredFile`, `number`, `json`, `exact`. */
  code: string;
  /** What the keyword asks for. */
  limit?: unknown;
  /** Where inside the value; missing for the value itself. */
  place?: string;
  /** The validator's own English, for keywords that we have no words for. */
  text?: string;
}

/**
 * Checks a value against the `json_schema` of a handle, as the server does. Compiles nothing, so a strict content security policy
 * holds. If the schema cannot be used, any value fits.
 */
export function checkValue(jsonSchema: unknown, value: unknown): Problem | undefined {
  const known = checkerOf(jsonSchema);
  if (!known) return undefined;
  let errors: OutputUnit[];
  try {
    errors = known.validator.validate(bare(value)).errors;
  } catch {
    // Nested deeper than the stack is, for instance; the server has the last word anyhow.
    return undefined;
  }
  // The last error is the innermost cause.
  const error = errors.at(-1);
  if (!error) return undefined;
  const place = error.instanceLocation.replace(/^#\/?/, "");
  return {
    code: error.keyword,
    limit: limitOf(known.schema, error),
    text: error.error,
    ...(place === "" ? {} : { place }),
  };
}

interface Checker {
  schema: Schema | boolean;
  validator: Validator;
}

const checkers = new WeakMap<object, Checker | undefined>();

function checkerOf(jsonSchema: unknown): Checker | undefined {
  if (typeof jsonSchema !== "object" || jsonSchema === null) return createChecker(jsonSchema);
  if (!checkers.has(jsonSchema)) checkers.set(jsonSchema, createChecker(jsonSchema));
  return checkers.get(jsonSchema);
}

function createChecker(jsonSchema: unknown): Checker | undefined {
  const reading = readSchema(jsonSchema);
  if ("unusable" in reading) return undefined;
  // Cast: the types of the two name the same keywords.
  const schema = standalone(reading) as Schema | boolean;
  return { schema, validator: new Validator(schema, "2020-12", true) };
}

/** A value whose objects have nothing but their own properties: the validator would find `constructor` in each. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, bare(inner)]);
  return Object.setPrototypeOf(Object.fromEntries(entries), null);
}

function limitOf(schema: unknown, { keywordLocation }: OutputUnit): unknown {
  const keys = keywordLocation.split("/").slice(1);
  return keys.reduce<unknown>(
    (level, key) =>
      typeof level === "object" && level !== null
        ? Reflect.get(level, key.replaceAll("~1", "/").replaceAll("~0", "~"))
        : undefined,
    schema,
  );
}
