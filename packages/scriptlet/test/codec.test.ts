import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { UnencodableValueError } from "../src/errors/unencodable-value-error.ts";
import { decodeMessage, encodeLeniently, encodeMessage } from "../src/wire/codec.ts";
import { fitsInUtf8 } from "../src/wire/fits-in-utf8.ts";

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
  expect(() => encodeMessage({ output: { a: [2n ** 60n] } })).toThrow("output.a[0]");
  expect(() => encodeMessage({ output: cycle })).toThrow("output.items[0]");
  expect(() => encodeMessage({ output: () => 1n, other: 2n ** 60n })).toThrow(UnencodableValueError);
});

test("the same object twice is no cycle", () => {
  const shared = { a: 1 };
  expect(JSON.parse(encodeMessage({ list: [shared, shared, 1], text: "\ud800" }))).toEqual({
    list: [shared, shared, 1],
    text: "\ufffd",
  });
});

test("120 levels pass, more do not", () => {
  expect(encodeMessage({ value: nested(119) })).toContain("[[1]]");
  expect(() => encodeMessage({ value: nested(120) })).toThrow("nested deeper");
  expect(encodeLeniently({ value: nested(500) })).toContain("[Too deep]");
});

test("a key named __proto__ stays data", () => {
  const value = JSON.parse('{"__proto__": {"a": "\\ud800"}}');
  expect(encodeMessage({ value })).toBe('{"value":{"__proto__":{"a":"\ufffd"}}}');
});

test("what is no JSON object decodes to undefined", () => {
  for (const text of ["", "{", "null", "1", "[]", '"text"']) expect(decodeMessage(text)).toBeUndefined();
  expect(decodeMessage('{"a":1}')).toEqual({ a: 1 });
});

describe("what can travel as it stands is read once, however it looks", () => {
  const brackets = "[{".repeat(200);
  test.each<[string, unknown]>([
    ["a short text", "a"],
    ["a long text", "a".repeat(500)],
    ["brackets in a text", brackets],
    ["brackets behind a quote in a text", `a"${brackets}`],
    ["brackets behind a backslash at the end of a text", ["\\", brackets]],
    ["many lists beside each other", Array.from({ length: 300 }, () => [])],
    ["many objects beside each other", Array.from({ length: 300 }, () => ({}))],
    ["120 levels", { a: nested(118), padding: brackets }],
    ["a pair of surrogates", "😀".repeat(200)],
  ])("%s", (_, value) => {
    const toJSON = vi.fn(() => value);
    expect(JSON.parse(encodeMessage({ value: { toJSON } }))).toEqual({ value });
    expect(toJSON).toHaveBeenCalledOnce();
  });

  test("but for lone surrogates and what is too deep", () => {
    const toJSON = vi.fn(() => "\udfff");
    expect(encodeMessage({ value: { toJSON } })).toBe('{"value":"\ufffd"}');
    expect(toJSON).toHaveBeenCalledTimes(2);
  });
});

describe("a message larger than the engine takes", () => {
  const log = "é".repeat(50);
  const type = "BlockLog";
  const sizeBytes = new TextEncoder().encode(JSON.stringify({ type, log })).length;

  test("is refused, one that just fits is not", () => {
    expect(encodeMessage({ type, log }, sizeBytes)).toHaveLength(sizeBytes - 50);
    expect(() => encodeMessage({ type, log }, sizeBytes - 1)).toThrow(
      "Could not send the value as JSON: it has more than 127 bytes, the engine's limit; pass a file instead.",
    );
  });

  test.each(["log", "json", "payload", "warning", "error"])(
    "travels leniently with a note instead of its %s",
    (content) => {
      const message = { type, job_id: "j", [content]: log };
      expect(JSON.parse(encodeLeniently(message, 60))).toEqual({
        type,
        job_id: "j",
        [content]: "[too large to send]",
      });
      expect(JSON.parse(encodeLeniently(message))).toEqual(message);
    },
  );

  test("is not one with a value that cannot travel", () => {
    expect(JSON.parse(encodeLeniently({ type, log: 2n ** 53n }))).toEqual({ type, log: "9007199254740992" });
  });
});

test("bytes are counted as UTF-8 has them", () => {
  const text = fc.string({
    unit: fc.constantFrom(
      "a",
      "\x7f",
      "\x80",
      "\u07ff",
      "\u0800",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "😀",
      "\u{10000}",
      "\u{10ffff}",
    ),
  });
  fc.assert(
    fc.property(text, (given) => {
      const sizeBytes = new TextEncoder().encode(given).length;
      expect(fitsInUtf8(given, sizeBytes)).toBe(true);
      expect(fitsInUtf8(given, sizeBytes - 1)).toBe(false);
    }),
  );
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
