import { expect, test } from "vitest";
import { formatTable, formatTime } from "../src/print.ts";

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

test("a time is that of this machine, with its offset", () => {
  const timeZone = process.env.TZ;
  try {
    for (const [zone, shown] of [
      ["Asia/Kathmandu", "2026-03-01 23:50:09+05:45"],
      ["America/St_Johns", "2026-03-01 14:35:09-03:30"],
      ["UTC", "2026-03-01 18:05:09+00:00"],
    ]) {
      process.env.TZ = zone;
      expect(formatTime(Date.UTC(2026, 2, 1, 18, 5, 9, 500))).toBe(shown);
    }
  } finally {
    process.env.TZ = timeZone;
  }
  expect(formatTime(undefined)).toBe("");
});
