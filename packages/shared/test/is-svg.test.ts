import { expect, test } from "vitest";
import { isSvg } from "../src/is-svg.ts";

test.each([
  ["<svg></svg>", true],
  [' \n<SVG width="1">', true],
  ['<?xml version="1.0"?>\n<!-- a --> <!-- b --><!DOCTYPE svg PUBLIC "x">\n<svg>', true],
  ["<svgx>", false],
  ["<svg", false],
  ["text <svg>", false],
  ["<!-- <svg> ", false],
  ["", false],
])("is SVG: %j is %s", (text, expected) => {
  expect(isSvg(text)).toBe(expected);
});

test.each([
  ["comments without a picture", "<!-- -->".repeat(200_000)],
  ["comments that are not closed", `<!--${"-->  <!--".repeat(200_000)}`],
  ["spaces", " ".repeat(1_000_000)],
  ["declarations", "<?xml ".repeat(200_000)],
])("a million characters of %s are told from SVG, each read once", (_name, text) => {
  // 183 bytes took almost a second before: this would not end.
  expect(isSvg(text)).toBe(false);
});
