import { checkPattern } from "./check-pattern.ts";
import { isRecord, SchemaError } from "./json-schema.ts";

/** Checks what a keyword holds that holds no schemas; throws a {@link SchemaError} that names it. */
export function checkKeyword(keyword: string, value: unknown): void {
  const rule = rules[keyword];
  if (!rule || rule.fits(value)) return;
  throw new SchemaError(`its "${keyword}" must be ${rule.expected}`);
}

/** Keywords that are taken over as they are. */
export const plainKeywords = (): string[] => Object.keys(rules);

interface Rule {
  expected: string;
  fits(value: unknown): boolean;
}

const types = ["array", "boolean", "integer", "null", "number", "object", "string"];

const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const number: Rule = { expected: "a number", fits: Number.isFinite };
const count: Rule = {
  expected: "a whole number from 0",
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};

const rules: Readonly<Record<string, Rule>> = {
  type: {
    expected: `one or more of ${types.join(", ")}`,
    fits(value) {
      const list: unknown[] = [value].flat();
      return list.length > 0 && list.every((one) => types.includes(String(one))) && isTexts(list);
    },
  },
  const: { expected: "a value", fits: () => true },
  enum: { expected: "a list of values", fits: (value) => Array.isArray(value) && value.length > 0 },
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: { expected: "a number above 0", fits: (value) => Number.isFinite(value) && Number(value) > 0 },
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minContains: count,
  maxContains: count,
  minProperties: count,
  maxProperties: count,
  uniqueItems: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  required: { expected: "a list of names", fits: isTexts },
  dependentRequired: {
    expected: "an object of lists of names",
    fits: (value) => isRecord(value) && Object.values(value).every(isTexts),
  },
  pattern: {
    expected: "a regular expression",
    fits(value) {
      if (typeof value !== "string") return false;
      checkPattern(value);
      return true;
    },
  },
};
