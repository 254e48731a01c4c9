import { Readable } from "node:stream";
import { type RecordBatch, tableFromArrays, tableFromIPC, tableToIPC } from "apache-arrow";
import { table as arqueroTable, desc, fromCSV } from "arquero";
import polars from "nodejs-polars";
import { expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { shownBy } from "./helpers/preview-block.ts";

const rows = 2500;
const numbers = Float64Array.from({ length: rows }, (_, index) => index);

/** The same table of `rows` numbers in each library. */
const large = {
  "Apache Arrow": () => tableFromArrays({ n: numbers }),
  "a record batch": () => tableFromArrays({ n: numbers }).batches[0] as RecordBatch,
  Arquero: () => arqueroTable({ n: numbers }),
  "nodejs-polars": () => polars.DataFrame({ n: [...numbers] }),
  records: () => [...numbers].map((n) => ({ n })),
};

test.each(Object.entries(large))(
  "%s: a large table is its first and last rows and its true count",
  async (_, make) => {
    const frame = make();
    for (const payload of [frame, { type: "table", data: frame }]) {
      const shown = await shownBy(payload, "one");
      const data = shown.data as { columns: string[]; rows: unknown[][]; row_count: number };
      expect(shown).toMatchObject({ type: "table", id: "one" });
      expect(data.row_count).toBe(rows);
      expect(data.columns).toEqual(["n"]);
      expect(data.rows).toHaveLength(1001);
      expect([data.rows[0], data.rows[499], data.rows[500], data.rows[501], data.rows[1000]]).toEqual([
        [0],
        [499],
        ["…"],
        [2000],
        [2499],
      ]);
    }
  },
);

test.each(Object.entries(large))("%s: as JSON a frame is its records, the first of many", async (_, make) => {
  await using run = await runBlock((_: object, context: Context) =>
    context.preview({ type: "json", data: make() }),
  );
  const [preview] = run.previews as unknown as { data: unknown[] }[];
  expect(preview?.data.slice(0, 2)).toEqual([{ n: 0 }, { n: 1 }]);
  const isList = Array.isArray(make());
  expect(preview?.data).toHaveLength(isList ? rows : 1000);
  const told = `preview() as json shows the first 1000 of ${rows} rows; as a table also the last ones.`;
  expect(run.warnings).toEqual(isList ? [] : [told]);
});

test("Apache Arrow: every kind of column, several batches, and a table that has travelled", async () => {
  const table = tableFromArrays({
    text: ['say "hi"', "a,b", "two\nlines"],
    time: [new Date(0), new Date(1e12), new Date(1)],
    big: BigInt64Array.of(1n, 2n ** 60n, -5n),
    maybe: [1.5, null, Number.NaN],
  });
  const both = table.concat(table);
  expect(both.batches).toHaveLength(2);
  const lines = [
    '"say ""hi""",1970-01-01T00:00:00.000Z,1,1.5',
    '"a,b",2001-09-09T01:46:40.000Z,1152921504606846976,',
    '"two',
    'lines",1970-01-01T00:00:00.001Z,-5,NaN',
  ];
  expect((await shownBy(both)).csv).toEqual(["text,time,big,maybe", ...lines, ...lines]);
  expect((await shownBy(tableFromIPC(tableToIPC(table)))).csv).toEqual(["text,time,big,maybe", ...lines]);
});

test("Arquero: filter and order are what the user sees", async () => {
  const table = fromCSV("name,size\nb,1\na,3\nc,2").orderby(desc("size")).filter("d => d.size > 1");
  expect((await shownBy(table)).csv).toEqual(["name,size", "a,3", "c,2"]);
});

test("nodejs-polars: nulls, dates and lists", async () => {
  const frame = polars.DataFrame({ a: [1, null], when: [new Date(0), new Date(1)], list: [[1, 2], [3]] });
  expect((await shownBy(frame)).csv).toEqual([
    "a,when,list",
    '1,1970-01-01T00:00:00.000Z,"[1,2]"',
    ",1970-01-01T00:00:00.001Z,[3]",
  ]);
});

test("records: all columns of all records, and cells of every kind", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  interface Row {
    a?: unknown;
    b?: unknown;
  }
  const records: Row[] = [
    { a: 1n, b: { deep: 2n } },
    { b: new Date(Number.NaN), a: cycle },
    {},
    { a: Symbol("s"), b: "" },
    { a: { toJSON: () => JSON.parse("") }, b: 1 },
  ];
  expect((await shownBy(records)).csv).toEqual(["a,b", '1,"{""deep"":2}"', ",Invalid Date", ",", ",", ",1"]);
  expect((await shownBy([{ only: "" }, { only: "x" }])).csv).toEqual(["only", '""', "x"]);
  expect((await shownBy([])).csv).toEqual([]);
});

test.each<[name: string, list: unknown[], lines: string[]]>([
  ["numbers", [1, 2.5, null], ["1", "2.5", '""']],
  ["text", ["ab", "c"], ["ab", "c"]],
  ["Maps", [new Map([["a", 1]])], ['"[[""a"",1]]"']],
  ["Sets", [new Set()], ["[]"]],
  ["dates", [new Date(0)], ["1970-01-01T00:00:00.000Z"]],
  ["bytes", [Buffer.of(0, 255)], ["\\x00ff"]],
  ["empty records", [{}, {}], ["{}", "{}"]],
  ["records and other values", [{ a: 1 }, 2], ['"{""a"":1}"', "2"]],
  ["values whose toJSON gives text", [{ units: 150, toJSON: () => "1.50" }], ["1.50"]],
])("a list of %s is a table of one column", async (_name, list, lines) => {
  for (const payload of [list, { type: "table", data: list }]) {
    expect((await shownBy(payload)).csv).toEqual(["value", ...lines]);
  }
});

test("a list of lists, or of typed arrays, has a column for each place", async () => {
  for (const matrix of [
    [[1, 2], [3]],
    [Float64Array.of(1, 2), Float64Array.of(3)],
  ]) {
    expect((await shownBy(matrix)).csv).toEqual(["0,1", "1,2", "3,"]);
  }
});

test("a list of errors shows what an error is in JSON", async () => {
  const failure = Object.assign(new RangeError("x"), { code: "E" });
  const { csv } = await shownBy([failure]);
  expect(csv?.[0]).toBe("code,name,message,stack");
  expect(csv?.[1]).toMatch(/^E,RangeError,x,/);
});

test.each<[name: string, value: unknown, reason: string]>([
  ["a promise", Promise.resolve(1), "it is a promise; await it first"],
  ["a Blob", new Blob(["x"]), "a Blob has no JSON form"],
  ["a function", () => "its source", "a function cannot be shown"],
  ["a symbol", Symbol("s"), "a symbol cannot be shown"],
  ["a WeakMap", new WeakMap(), "a WeakMap would arrive as {}"],
  [
    "an instance whose fields are private",
    new (class Money {
      #amount = 1;
      get() {
        return this.#amount;
      }
    })(),
    "a Money would arrive as {}",
  ],
])("%s in a table is an empty cell, with one warning that says where", async (_name, value, reason) => {
  const withOthers = (row: unknown, index: number) => ({ a: index, b: row });
  const warningsOf = async (list: unknown[]) => {
    await using run = await runBlock((_: object, context: Context) => context.preview(list));
    return run.warnings;
  };
  const place = (text: string, more = "") => [
    expect.stringMatching(new RegExp(`^preview\\(\\), ${text}: .*[^)]${more}\\.$`)),
  ];
  const records = ["x", value, [value]].map(withOthers);
  expect((await shownBy(records)).csv?.slice(0, 3)).toEqual(["a,b", "0,x", "1,"]);
  const warnings = await warningsOf(records);
  expect(warnings).toEqual(place("at column b, row 2", " \\(and 1 more like it\\)"));
  expect(warnings[0]).toContain(reason);
  expect(await warningsOf([value])).toEqual(place("at column value, row 1"));
  const last = [...Array(2499).fill("x"), value];
  expect(await warningsOf(last.map(withOthers))).toEqual(place("at column b, row 2500"));
});

test("a table of more rows than are written at once warns of the last ones, too", async () => {
  const rows = [...Array(2499).fill(["x"]), [Promise.resolve(1)]];
  await using run = await runBlock((_: object, context: Context) =>
    context.preview({ type: "table", data: { columns: ["a"], rows } }),
  );
  expect(run.warnings).toEqual(["preview(), at column a, row 2500: it is a promise; await it first."]);
});

test("a date that is none says so", async () => {
  const none = new Date(Number.NaN);
  expect((await shownBy([{ none, given: { toJSON: () => null } }])).csv).toEqual([
    "none,given",
    "Invalid Date,",
  ]);
});

test("a row with a toJSON is the object that it gives", async () => {
  // As the documents of Mongoose are, and the maps of Immutable.
  class Document {
    $__ = { state: "init" };
    _doc: object;
    constructor(doc: object) {
      this._doc = doc;
    }
    toJSON() {
      return this._doc;
    }
  }
  const rows = [new Document({ name: "a", size: 1 }), new Document({ name: "b" })];
  expect((await shownBy(rows)).csv).toEqual(["name,size", "a,1", "b,"]);
  expect((await shownBy([{ toJSON: () => ({ a: 1 }) }, { a: 2 }])).csv).toEqual(["a", "1", "2"]);
  const many = await shownBy(Array.from({ length: 1001 }, (_, id) => new Document({ id })));
  expect(many.data).toMatchObject({ columns: ["id"], rows: expect.arrayContaining([[0], [1000]]) });
});

test("a table that the block has cut itself keeps its rows and its count", async () => {
  const data = { columns: ["a", 2], rows: [["x", true]], row_count: 70 };
  expect(await shownBy({ type: "table", data })).toMatchObject({ csv: ["a,2", "x,true"], row_count: 70 });
  const whole = { columns: ["n"], rows: [...numbers].map((n) => [n]) };
  expect((await shownBy({ type: "table", data: whole })).csv).toHaveLength(rows + 1);
  expect(await shownBy({ type: "table", data: "/some/file.xlsx" })).toEqual({
    type: "table",
    data: "/some/file.xlsx",
  });
});

test.each<[unknown, string]>([
  [{}, "an Object"],
  [new Map([["a", 1]]), "a Map"],
  [{ columns: ["a"], rows: 5 }, "an Object"],
  [7, "a number"],
  [null, "null"],
])("a table of %o is refused, and what was given is named", async (data, name) => {
  await expect(shownBy({ type: "table", data: data as never })).rejects.toThrow(
    `CSV file as its data, not ${name}.`,
  );
});

test("bytes are text for previews whose data is text, and a file for those whose data is one", async () => {
  const text = "a,b\n1,\u00e9 \u{1f600}\n";
  const bytes = new TextEncoder().encode(text);
  const stream = () => Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 10), bytes.subarray(10)]);
  const sources = [
    () => Buffer.from(bytes),
    () => bytes.buffer,
    () => new Blob([bytes]),
    stream,
    () => Readable.toWeb(stream()),
    async function* () {
      yield "a,b\n1,\u00e9 ";
      yield bytes.subarray(9);
    },
    () => ({ [Symbol.asyncIterator]: () => stream()[Symbol.asyncIterator]() }),
  ];
  for (const source of sources) {
    for (const type of ["text", "markdown", "html", "text/csv", "text/html"])
      expect(await shownBy({ type, data: source() } as never)).toEqual({ type, data: text });
    for (const type of ["csv", "table"])
      expect((await shownBy({ type, data: source() } as never)).csv).toEqual(["a,b", "1,\u00e9 \u{1f600}"]);
  }
  expect(await shownBy({ type: "json", data: Float32Array.of(0.5) })).toEqual({ type: "json", data: [0.5] });
  expect(await shownBy({ type: "text", data: Float32Array.of(0.5) })).toEqual({ type: "text", data: [0.5] });
});

test.each([
  [
    "text",
    /preview\(\) of text needs text or bytes, at once or piece by piece; an AsyncGenerator gives something else\.$/m,
  ],
  ["table", /preview\(\) of a table needs .*, not an AsyncGenerator\.$/m],
])("what is iterated and gives neither text nor bytes is refused: %s", async (type, reason) => {
  const numbersOneByOne = async function* () {
    yield* [1, 2];
  };
  const payload = { type, data: numbersOneByOne() } as never;
  await expect(shownBy(payload)).rejects.toThrow(reason);
});
