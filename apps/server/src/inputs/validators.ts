import { readSchema, standalone } from "@oomol/connect-schemas";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { exactKeywords } from "./exact-keywords.ts";
import { linearPatterns } from "./linear-patterns.ts";
import { withinTime } from "./within-time.ts";

/** A schema that is ready to check values. */
export interface Validator {
  validate: ValidateFunction;
  /** To check a value may take longer than its size tells: items are compared with each other, references followed again. */
  mayTakeLong: boolean;
}

/** Undefined stands for a schema that cannot be used. */
const validators = new WeakMap<object, Validator | undefined>();

/** The validator of a schema, prepared once; undefined if it cannot be used, or takes longer to prepare than `limitMs`. */
export function validatorOf(schema: unknown, limitMs: number): Validator | undefined {
  if (typeof schema !== "object" || schema === null) return prepare(schema, limitMs);
  if (validators.has(schema)) return validators.get(schema);
  const validator = prepare(schema, limitMs);
  // If others have left little time, it may be prepared the next time.
  if (validator || limitMs > shortMs) validators.set(schema, validator);
  return validator;
}

const shortMs = 500;

function prepare(schema: unknown, limitMs: number): Validator | undefined {
  const reading = readSchema(schema);
  if ("unusable" in reading) return undefined;
  const document = standalone(reading);
  const mayTakeLong = /"(?:uniqueItems|\$ref)":/.test(JSON.stringify(document));
  try {
    return { validate: withinTime(() => createAjv().compile(document), limitMs), mayTakeLong };
  } catch {
    return undefined;
  }
}

/** The reading has checked the schema itself. */
function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
    // Names such as `constructor` are in every object.
    ownProperties: true,
    code: { regExp: linearPatterns },
  });
  for (const definition of exactKeywords) {
    ajv.removeKeyword(definition.keyword);
    ajv.addKeyword(definition);
  }
  return ajv;
}
