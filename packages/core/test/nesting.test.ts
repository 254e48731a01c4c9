import fc from "fast-check";
import { expect, test } from "vitest";
import { excessOf, isNestedDeeper } from "../src/wire/nesting.ts";

/** How deep a parsed value is. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("tells from the text alone what the parsed value would show", () => {
  const text = fc
    .jsonValue({ maxDepth: 8 })
    .chain((value) => fc.constantFrom(0, 2).map((indent) => JSON.stringify(value, null, indent)));
  fc.assert(
    fc.property(text, fc.nat(10), (json, levels) => {
      expect(isNestedDeeper(json, levels)).toBe(depthOf(JSON.parse(json)) > levels);
    }),
    { seed: 20_261_128, numRuns: 500 },
  );
});

test.each([
  ['"[[[["', 0, false],
  ['["\\"[[[[", "\\\\"]', 1, false],
  ['["\\\\", [1]]', 1, true],
  ["[[", 1, true], // whatever it is, it goes no further
  ["]]]][[", 1, false],
])("%s within %d levels: too deep is %s", (json, levels, isTooDeep) => {
  expect(isNestedDeeper(json, levels)).toBe(isTooDeep);
});

test.each([
  ["[1,2,3]", 4, undefined],
  ["[1,2,3]", 2, "values"],
  ['[",,,,,,[[[["]', 1, undefined],
  ['{"a":{},"b":[]}', 3, "values"],
  [`[${"[],".repeat(1_000)}[]]`, 2_000, "values"],
])("%s has no more than %d values, but for %s", (json, values, excess) => {
  expect(excessOf(json, { levels: 100, values })).toBe(excess);
});
