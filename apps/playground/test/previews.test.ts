import { expect, test } from "vitest";
import { inSession } from "../src/connection/session-files.ts";
import { parseCsv } from "../src/preview/parse-csv.ts";
import { classifySource } from "../src/preview/source-kind.ts";
import { tableOf } from "../src/preview/table-of.ts";

test("a source is an address, a path, base64 or SVG", () => {
  expect(classifySource("https://example.com/a.png", "image/png")).toEqual({
    kind: "url",
    url: "https://example.com/a.png",
  });
  expect(classifySource("/data/a.png", "image/png")).toEqual({ kind: "path", path: "/data/a.png" });
  expect(classifySource("C:\\data\\a.png", "image/png")).toEqual({ kind: "path", path: "C:\\data\\a.png" });
  expect(classifySource("A".repeat(64), "image/png")).toMatchObject({
    url: expect.stringMatching(/^data:image\/png;base64,A/),
  });
  expect(classifySource("<svg></svg>", "image/png")).toMatchObject({
    url: expect.stringMatching(/^data:image\/svg\+xml/),
  });
  expect(classifySource("javascript:alert(1)", "text/html").kind).toBe("path");
});

test("only files inside the session have a place there", () => {
  const sessionId = "s-1";
  expect(inSession({ sessionId, path: "/data/sessions/s-1/audio/a b.wav" })).toBe("audio/a b.wav");
  expect(inSession({ sessionId, path: "C:\\data\\s-1\\a.wav" })).toBe("a.wav");
  expect(inSession({ sessionId, path: "/data/sessions/s-1/../s-2/a.wav" })).toBeUndefined();
  expect(inSession({ sessionId, path: "/etc/passwd" })).toBeUndefined();
  expect(inSession({ sessionId: undefined, path: "/etc/passwd" })).toBeUndefined();
});

test("CSV keeps quotes, commas and line breaks inside fields", () => {
  expect(parseCsv('a,"b ""c"", d"\r\n"line\nbreak",\nlast')).toEqual([
    ["a", 'b "c", d'],
    ["line\nbreak", ""],
    ["last"],
  ]);
  expect(parseCsv("")).toEqual([]);
});

test("a table is columns and rows, or records", () => {
  const table = { columns: ["a", "b"], rows: [[1, 2]], rowCount: 1 };
  expect(tableOf({ columns: ["a", "b"], rows: [[1, 2]] })).toEqual(table);
  expect(tableOf([{ a: 1 }, { b: 2 }])).toMatchObject({
    columns: ["a", "b"],
    rows: [
      [1, undefined],
      [undefined, 2],
    ],
  });
  expect(tableOf({ columns: [], rows: [], row_count: 9 })?.rowCount).toBe(9);
  expect(tableOf("text")).toBeUndefined();
});
