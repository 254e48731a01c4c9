import { expect, test } from "vitest";
import { splitText } from "../source/split-text.ts";

test("a short text is one portion", () => {
  expect(splitText("Hello, World")).toEqual(["Hello, World"]);
});

test("cuts between sentences into about ten portions", () => {
  const portions = splitText("This sentence has exactly forty letters. ".repeat(100).trim());
  expect(portions.length).toBeGreaterThanOrEqual(9);
  expect(portions.length).toBeLessThanOrEqual(11);
  for (const portion of portions) expect(portion.trimEnd()).toMatch(/letters\.$/);
});

test("knows the sentences of a script without spaces", () => {
  const portions = splitText("今天天气很好，我们去公园散步。".repeat(100));
  expect(portions.length).toBeGreaterThan(5);
  for (const portion of portions) expect(portion).toMatch(/。$/);
});

test("does not cut after an abbreviation", () => {
  const portions = splitText(
    `${"x".repeat(90)} met Dr. Smith. And then there was nothing left of it at all.`,
  );
  expect(portions[0]).toMatch(/Dr\. Smith\. $/);
});

test.each([
  ["words without sentences", "hello world ".repeat(9000)],
  ["one endless word", "a".repeat(100_000)],
  ["emoji without spaces", "🙂".repeat(50_000)],
  ["line breaks", "\n".repeat(20_000)],
  ["sentences", "Hello there. How are you? ".repeat(4000)],
])("100 kB of %s: portions stay short, and joined they are the text", (_what, text) => {
  const portions = splitText(text);
  expect(portions.join("")).toBe(text);
  expect(Math.max(...portions.map((portion) => portion.length))).toBeLessThanOrEqual(6000);
  expect(portions.every((portion) => portion.isWellFormed())).toBe(true);
});
