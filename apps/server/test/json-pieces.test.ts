import { expect, test } from "vitest";
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
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(2_000_000);
});
