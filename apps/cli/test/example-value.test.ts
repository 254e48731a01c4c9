import { expect, test } from "vitest";
import { exampleValue } from "../src/example-value.ts";
import { typeWords } from "../src/type-words.ts";

test.each<[schema: unknown, example: string, words: string]>([
  [undefined, "Hello, World", "any"],
  [{ type: "string" }, "Hello, World", "string"],
  [{ type: "string", maxLength: 5 }, "Hello", "string"],
  [{ type: "string", minLength: 14 }, "Hello, World!!", "string"],
  [{ type: "string", format: "uri" }, "https://example.com", "string"],
  [{ type: "string", examples: ["Oslo"] }, "Oslo", "string"],
  [{ type: "integer" }, "1", "integer"],
  [{ type: "integer", minimum: 3 }, "3", "integer at least 3"],
  [{ type: "number", exclusiveMinimum: 5, maximum: 9 }, "6", "number above 5 and at most 9"],
  [{ type: "number", minimum: 5, exclusiveMinimum: true }, "6", "number above 5"],
  [{ type: "number", maximum: -2 }, "-2", "number at most -2"],
  [{ type: ["integer", "null"], minimum: 0, maximum: 9 }, "0", "integer 0 to 9 | null"],
  [{ type: "array", items: { type: "integer" } }, "[]", "array"],
  [{ type: "object" }, "{}", "object"],
  [{ enum: ["a", 2] }, "a", '"a" | 2'],
])("the example for %j is %s, its words are %s", (json_schema, example, words) => {
  const input = { handle: "x", ...(json_schema === undefined ? {} : { json_schema }) };
  expect({ example: exampleValue(input), words: typeWords(input) }).toEqual({ example, words });
});

test("of an input that may be null the words say so, and of no other", () => {
  const json_schema = { type: "integer" };
  expect(typeWords({ handle: "x", json_schema, nullable: true })).toBe("integer | null");
  expect(typeWords({ handle: "x", json_schema, nullable: false })).toBe("integer");
});
