import fc from "fast-check";
import { expect, test } from "vitest";
import { encodePieces } from "../src/http/encode-pieces.ts";
import { jsonPieces } from "../src/http/json-pieces.ts";

const long = 600_000;

test.each([
  ["no long text", { a: [1, null, "x"], b: { c: true } }],
  ["an empty list", []],
  ["a long text", [{ handle: "a", value: "x".repeat(long) }]],
  ["several, and what is between them", { a: "x".repeat(long), b: [1, "y".repeat(long)], c: "z" }],
  ["characters that are escaped", ['"\\\n\u0000'.repeat(long)]],
  ["characters of two halves, and halves", [`a${"😀".repeat(long)}`, "\ud83d".repeat(long)]],
  ["many small values", Array.from({ length: long }, (_, index) => index)],
])("the pieces of %s are its JSON", (_name, value) => {
  const pieces = [...jsonPieces(value)];
  // Compared here: a failure would print all of it.
  expect(pieces.join("") === JSON.stringify(value)).toBe(true);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(200_000);
});

test("whatever a value holds and how large it is, its pieces are its JSON, and their bytes that of all", () => {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        1,
        null,
        true,
        "",
        "\ud83d",
        '"\\\n',
        "语".repeat(20_000),
        "x".repeat(40_000),
        "😀".repeat(17_000),
      ),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "1", "k".repeat(40_000))),
        tie("value"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      const json = JSON.stringify(one);
      expect([...jsonPieces(one)].join("") === json).toBe(true);
      expect(Buffer.concat([...encodePieces(jsonPieces(one))]).toString() === json).toBe(true);
    }),
    { seed: 20_261_130, numRuns: 300 },
  );
});

test("pieces of one character in three bytes fill parts of one size", () => {
  const sizes = [...encodePieces(jsonPieces("语".repeat(300_000)))].map(({ byteLength }) => byteLength);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
  expect(sizes.length).toBeLessThan(8);
});
