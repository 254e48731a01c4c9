import { expect, test } from "vitest";
import { formatTable } from "../src/print.ts";

test("columns are aligned as a terminal shows them", () => {
  const rows = [
    ["pkg::block", "文本转语音", "1.0.0"],
    ["pkg::a", "é e\u0301 👩‍👩‍👧", "2"],
    ["pkg::longer-name", "plain", ""],
  ];
  expect(formatTable(rows)).toBe(
    [
      "pkg::block        文本转语音  1.0.0",
      "pkg::a            é e\u0301 👩‍👩‍👧      2",
      "pkg::longer-name  plain",
      "",
    ].join("\n"),
  );
});

test("a row may have more cells than those before", () => {
  expect(formatTable([["a"], ["bb", "c"], ["d", "e"]])).toBe("a\nbb  c\nd   e\n");
});
