import { expect, test } from "vitest";
import { compareVersions } from "../src/packages/compare-versions.ts";

test("orders versions by semver precedence", () => {
  const ordered = [
    "none",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0",
    "1.2.0",
    "1.10.0",
  ];
  expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
});

test("ignores build metadata", () => {
  expect(compareVersions("1.0.0+a", "1.0.0+b")).toBe(0);
});
