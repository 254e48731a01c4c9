import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";

/** Why a value does not fit, in a form that can be said in any language. */
export interface Problem {
  /** A JSON Schema keyword, or one of `required`, `requiredFile`, `number`, `json`. */
  code: string;
  /** What the keyword asks for. */
  limit?: unknown;
  /** Where inside the value; missing for the value itself. */
  place?: string;
  /** The validator's own English, for keywords that we have no words for. */
  text?: string;
}

/** Checks against a JSON Schema; compiles nothing, so a strict content security policy holds. */
export function checkValue(schema: Readonly<Record<string, unknown>>, value: unknown): Problem | undefined {
  let errors: OutputUnit[];
  try {
    errors = validatorOf(schema).validate(value).errors;
  } catch {
    // A schema that cannot be used is the block author's matter; the server has the last word anyhow.
    return undefined;
  }
  // The last error is the innermost cause.
  const error = errors.at(-1);
  if (!error) return undefined;
  const place = error.instanceLocation.replace(/^#\/?/, "");
  return {
    code: error.keyword,
    limit: limitOf(schema, error),
    text: error.error,
    ...(place === "" ? {} : { place }),
  };
}

const validators = new WeakMap<object, Validator>();

function validatorOf(schema: Readonly<Record<string, unknown>>): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const { $schema: _dialect, ...rules } = schema;
  // Any object may be a schema: the validator ignores keywords that it does not know.
  const validator = new Validator(rules as Schema, "2020-12", true);
  validators.set(schema, validator);
  return validator;
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
