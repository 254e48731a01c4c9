import { describe, expect, test } from "vitest";
import { inSession } from "../src/connection/session-files.ts";
import { csvOf } from "../src/preview/csv-of.ts";
import { readCsv } from "../src/preview/read-csv.ts";
import { classifySource } from "../src/preview/source-kind.ts";
import { tableOf } from "../src/preview/table-of.ts";
import { jsonBeginning, jsonPieces } from "../src/ui/json-pieces.ts";
import { linePieces } from "../src/ui/line-pieces.ts";

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
  const recordsOf = (text: string) => {
    const records = readCsv(text);
    return Array.from({ length: records.count }, (_, index) => records.at(index));
  };
  expect(recordsOf('a,"b ""c"", d"\r\n"line\nbreak",\nlast')).toEqual([
    ["a", 'b "c", d'],
    ["line\nbreak", ""],
    ["last"],
  ]);
  expect(recordsOf('""x,y\r\n\n,"not closed\n')).toEqual([["", "y"], [""], ["", "not closed\n"]]);
  expect(recordsOf("a,")).toEqual([["a", ""]]);
  expect(recordsOf("")).toEqual([]);
  expect(readCsv("a\n").at(1)).toEqual([]);
});

test("a table is columns and rows, or records", () => {
  const cells = (data: unknown) => {
    const table = tableOf(data);
    const rows = Array.from({ length: table?.rowsThere ?? 0 }, (_, row) =>
      table?.columns.map((_name, column) => table.cell(row, column)),
    );
    return { ...table, cell: undefined, rows };
  };
  const table = { columns: ["a", "b"], rowsThere: 1, rowCount: 1 };
  expect(cells({ columns: ["a", "b"], rows: [[1, 2]] })).toMatchObject({ ...table, rows: [[1, 2]] });
  expect(cells([{ a: 1 }, { b: 2 }])).toMatchObject({
    columns: ["a", "b"],
    rows: [
      [1, undefined],
      [undefined, 2],
    ],
  });
  expect(cells({ columns: ["a"], rows: ["plain"] })).toMatchObject({ rows: [["plain"]] });
  expect(cells([{ toString: 1 }])).toMatchObject({ columns: ["toString"], rows: [[1]] });
  expect(tableOf({ columns: [{ toString: 1 }], rows: [] })?.columns).toEqual(['{"toString":1}']);
  expect(tableOf({ columns: [], rows: [], row_count: 9 })?.rowCount).toBe(9);
  expect(tableOf("text")).toBeUndefined();
});

test("a table that came as data is saved as CSV that reads the same", () => {
  const rows = [
    ["a,b", 'say "x"', null],
    ["two\nlines", { a: 1 }, 0.5],
  ];
  const table = tableOf({ columns: ["x", "x", "y"], rows });
  const csv = table && csvOf(table);
  expect(csv).toBe('x,x,y\r\n"a,b","say ""x""",\r\n"two\nlines","{""a"":1}",0.5\r\n');
});

test("where a data frame was cut, the row of dots is no row", () => {
  const rows = [
    [1, "a"],
    ["…", "…"],
    [4, "b"],
  ];
  const table = tableOf({ columns: ["n", "x"], rows, row_count: 4 });
  expect(table).toMatchObject({ rowsThere: 3, rowCount: 4, gap: 1 });
  expect(table && csvOf(table)).toBe("n,x\r\n1,a\r\n4,b\r\n");
  // All rows are there: the dots are somebody's.
  expect(tableOf({ columns: ["n", "x"], rows })?.gap).toBeUndefined();
  expect(
    tableOf({
      columns: ["n", "x"],
      rows: [
        [1, "a"],
        ["…", 2],
        [4, "b"],
      ],
      row_count: 9,
    })?.gap,
  ).toBeUndefined();
});

test.each(["file://%", "file://[", "file:///a%b.png", "file:///\ud800"])(
  "an address of a file that cannot be read is shown as it is: %j",
  (source) => {
    expect(classifySource(source, "image/png").kind).toBe("path");
  },
);

test("half a character in a name or a picture breaks no address", () => {
  expect(inSession({ sessionId: "s", path: "/s/\ud800.png" })).toBe("\ufffd.png");
  expect(classifySource("<svg>\ud800</svg>", "image/png").kind).toBe("url");
});

describe("JSON in pieces", () => {
  test.each([
    1,
    "a",
    null,
    [],
    {},
    [1, [2, { a: "b" }]],
    { a: { b: [] }, c: 'say "x"' },
    [[[]], {}],
    "\ud83d\ude00".repeat(9),
  ])("of %j is the same as in one", (value) => {
    for (const characters of [2, 5, 1_000]) {
      expect([...jsonPieces(value, characters)].join("")).toBe(JSON.stringify(value, null, 2));
      expect([...jsonPieces(value, characters, 0)].join("")).toBe(JSON.stringify(value));
    }
    expect(jsonBeginning(value, 1_000)).toBe(JSON.stringify(value));
  });

  test("ends its pieces with lines", () => {
    const pieces = [
      ...jsonPieces(
        Array.from({ length: 1_000 }, (_, at) => at),
        100,
      ),
    ];
    expect(pieces.length).toBeGreaterThan(40);
    expect(pieces.slice(0, -1).filter((piece) => !piece.endsWith("\n"))).toEqual([]);
  });

  const deep = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  test.each([
    ["a long text", "x".repeat(10_000_000)],
    ["a list of long texts", ["x".repeat(10_000_000)]],
    ["a long name", { ["x".repeat(10_000_000)]: 1 }],
    ["a long list", Array.from({ length: 1_000_000 }, () => 0)],
    [
      "an object of many names",
      Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`n${at}`, at])),
    ],
    ["a list of lists", Array.from({ length: 1_000 }, () => Array.from({ length: 1_000 }, () => [0]))],
    ["what is deeper than the stack", deep(100_000)],
  ])("makes no piece longer than asked for, of %s", (_name, value) => {
    const pieces = jsonPieces(value, 1_000);
    for (let count = 0; count < 3; count += 1) expect(pieces.next().value?.length).toBeLessThan(2_500);
    const beginning = jsonBeginning(value, 1_000);
    expect(beginning.length).toBeLessThan(2_500);
    expect(beginning.endsWith("…")).toBe(true);
  });
});

test("a text in pieces ends them with lines if it has any", () => {
  const text = `${"one line\n".repeat(100)}${"x".repeat(500)}\nend`;
  const pieces = [...linePieces(text, 100)];
  expect(pieces.join("")).toBe(text);
  expect(pieces.slice(0, 9).every((piece) => piece.endsWith("line\n"))).toBe(true);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200);
});
