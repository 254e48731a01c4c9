import fc from "fast-check";
import { expect, test } from "vitest";
import { UnencodableValueError } from "../src/errors/unencodable-value-error.ts";
import { decodeMessage, encodeLeniently, encodeMessage } from "../src/wire/codec.ts";

test("JSON values arrive as they are", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(JSON.parse(encodeMessage({ value }))).toEqual(JSON.parse(JSON.stringify({ value })));
    }),
  );
});

test("any text arrives without lone surrogates, real pairs untouched", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
      (text) => {
        const message = encodeMessage({ text, [text]: 1 });
        expect(message).not.toMatch(/\\ud[89a-f]/);
        expect(JSON.parse(message).text).toBe(text.toWellFormed());
      },
    ),
  );
});

test("text that merely looks like an escape stays", () => {
  const text = "\\ud83d and \\\\ud83d";
  expect(JSON.parse(encodeMessage({ text }))).toEqual({ text });
});

test("anything at all can be encoded leniently", () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true, withMap: true }),
      (payload) => {
        expect(decodeMessage(encodeLeniently({ type: "BlockMessage", payload }))?.type).toBe("BlockMessage");
      },
    ),
  );
});

test("a value that cannot travel is named by its place", () => {
  const cycle: { items: unknown[] } = { items: [] };
  cycle.items.push(cycle);
  expect(() => encodeMessage({ output: { a: [1n] } })).toThrow("output.a[0]");
  expect(() => encodeMessage({ output: cycle })).toThrow("output.items[0]");
  expect(() => encodeMessage({ output: () => 1n, other: 1n })).toThrow(UnencodableValueError);
});

test("the same object twice is no cycle", () => {
  const shared = { a: 1 };
  expect(JSON.parse(encodeMessage({ list: [shared, shared, 1], text: "\ud800" }))).toEqual({
    list: [shared, shared, 1],
    text: "\ufffd",
  });
});

test("120 levels pass, more do not", () => {
  const nested = (levels: number) => {
    let value: unknown = 1;
    for (let level = 0; level < levels; level += 1) value = [value];
    return { value };
  };
  expect(encodeMessage(nested(119))).toContain("[[1]]");
  expect(() => encodeMessage(nested(120))).toThrow("nested deeper");
  expect(encodeLeniently(nested(500))).toContain("[Too deep]");
});

test("a key named __proto__ stays data", () => {
  const value = JSON.parse('{"__proto__": {"a": "\\ud800"}}');
  expect(encodeMessage({ value })).toBe('{"value":{"__proto__":{"a":"\ufffd"}}}');
});

test("what is no JSON object decodes to undefined", () => {
  for (const text of ["", "{", "null", "1", "[]", '"text"']) expect(decodeMessage(text)).toBeUndefined();
  expect(decodeMessage('{"a":1}')).toEqual({ a: 1 });
});
