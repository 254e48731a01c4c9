import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonText, parseMembers, writeJson } from "../src/json-text.ts";

const long = "x".repeat(70_000);
const kept = new Set(["output"]);

test("long members that nobody looks into stay text, and are written as they were", () => {
  const message = {
    type: "BlockOutput",
    'out"put': long,
    output: { "a,}": [long, '"}', {}] },
    other: long,
    z: null,
  };
  const parsed = parseMembers(JSON.stringify(message), kept) as Record<string, unknown>;
  expect(parsed.output).toBeInstanceOf(JsonText);
  expect(parsed.other).toBe(long);
  expect(writeJson(parsed)).toBe(JSON.stringify(message));
});

test("any object comes back as it was", () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 });
  fc.assert(
    fc.property(objects, fc.jsonValue(), fc.constantFrom(undefined, 2), (object, inner, indent) => {
      const message = { ...object, output: [long, inner], last: inner };
      const json = JSON.stringify(message, null, indent);
      expect(JSON.parse(writeJson(parseMembers(json, kept) as object))).toEqual(JSON.parse(json));
    }),
    { seed: 20_261_129, numRuns: 200 },
  );
});

test("a member over several lines is written on one", () => {
  const json = JSON.stringify({ output: [long, 1] }, null, 2);
  expect(writeJson(parseMembers(json, kept) as object)).toBe(JSON.stringify(JSON.parse(json)));
});

test.each(["{", `{"output":"${long}"`, `{"output":[${long}]}`, `{"output":["${long}",]}`])(
  "what is no JSON is refused (case %#)",
  (json) => expect(() => parseMembers(json, kept)).toThrow(SyntaxError),
);
