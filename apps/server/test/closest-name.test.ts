import { expect, test } from "vitest";
import { closestName } from "../src/packages/closest-name.ts";

test.each([
  ["shoot", "shout"],
  ["SHOUT", "shout"],
  ["shouts", "shout"],
  ["something-else", undefined],
])("of names, the closest to %s is %s", (wanted, closest) => {
  expect(closestName(wanted, ["whisper", "shout"])).toBe(closest);
});

test("compares no name whose length alone tells that it is not near", () => {
  expect(closestName("x".repeat(500), ["shout", "y".repeat(5_000_000)])).toBeUndefined();
});
