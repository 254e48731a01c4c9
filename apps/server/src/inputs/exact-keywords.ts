import { isMultipleOf } from "@oomol/connect-schemas";
import { _, type FuncKeywordDefinition } from "ajv";
import { isSameJson, isWithoutRepeats } from "./same-json.ts";

/**
 * Keywords that Ajv judges otherwise than JSON Schema says: it divides doubles, and to compare objects it calls `toString` and
 * `valueOf` of theirs, which JSON may name a property.
 */
export const exactKeywords: readonly (FuncKeywordDefinition & { keyword: string })[] = [
  {
    keyword: "multipleOf",
    type: "number",
    compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
    error: { message: ({ schema }) => `must be a multiple of ${schema}` },
  },
  {
    keyword: "const",
    compile: (expected: unknown) => (value: unknown) => isSameJson(expected, value),
    error: {
      message: "must be the one value",
      params: ({ schemaCode }) => _`{allowedValue: ${schemaCode}}`,
    },
  },
  {
    keyword: "enum",
    compile: (allowed: readonly unknown[]) => (value: unknown) =>
      allowed.some((one) => isSameJson(one, value)),
    error: {
      message: "must be one of the values",
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
    },
  },
  {
    keyword: "uniqueItems",
    type: "array",
    compile: (isAsked: boolean) => (items: readonly unknown[]) => !isAsked || isWithoutRepeats(items),
    error: { message: "must not hold the same item twice" },
  },
];
