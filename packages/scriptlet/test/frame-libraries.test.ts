import { DatabaseSync } from "node:sqlite";
import { runInNewContext } from "node:vm";
import { DuckDBInstance, type DuckDBResultReader } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import Database from "better-sqlite3";
import dayjs from "dayjs";
import { Decimal } from "decimal.js";
import { DateTime } from "luxon";
import pl from "nodejs-polars";
import { expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { shownBy } from "./helpers/preview-block.ts";

/** The lines below the header, and the types of the columns. */
async function linesOf(frame: Parameters<typeof shownBy>[0]): Promise<{ lines: string[]; types?: unknown }> {
  const { csv, ...shown } = await shownBy(frame);
  return { lines: csv?.slice(1) ?? [], ...("types" in shown && { types: shown.types }) };
}

test("nodejs-polars: columns may have the names of the frame's members", async () => {
  const frame = pl.DataFrame({
    height: [1.5, 2],
    columns: ["a", null],
    rows: ["x", "y"],
    slice: [true, false],
  });
  expect((await shownBy(frame)).csv).toEqual(["height,columns,rows,slice", "1.5,a,x,true", "2,,y,false"]);
});

test("nodejs-polars: no column loses what its own CSV writer keeps", async () => {
  const text = pl.DataFrame({
    price: ["1.50", "-0.07", null],
    id: ["9007199254740993", "-9007199254740993", "7"],
    micros: [1n, 1_767_270_600_500_000n, null],
    share: [Number.NaN, Number.POSITIVE_INFINITY, 0.5],
  });
  const frame = text.select(
    pl.col("price").cast(pl.Decimal(10, 2)),
    pl.col("id").cast(pl.Int64),
    pl.col("micros").cast(pl.Datetime("us")).alias("at"),
    pl.col("micros").cast(pl.Datetime("us")).cast(pl.Date).alias("day"),
    pl.col("share"),
  );
  const { lines, types } = await linesOf(frame);
  expect(lines).toEqual([
    "1.50,9007199254740993,1970-01-01T00:00:00.000001Z,1970-01-01,NaN",
    "-0.07,-9007199254740993,2026-01-01T12:30:00.500Z,2026-01-01,Infinity",
    ",7,,,0.5",
  ]);
  expect(types).toEqual(["Decimal", "Int64", "Datetime", "Date", "Float64"]);
});

test("nodejs-polars: lists, structs and durations, which its CSV writer refuses", async () => {
  const frame = pl
    .DataFrame({ list: [["1.50"], ["2.00", "3.25"]], at: [new Date(0), new Date(90_061_000)] })
    .withColumns(
      pl.col("list").cast(pl.List(pl.Decimal(10, 2))),
      pl.col("at").sub(pl.col("at").min()).alias("since"),
    )
    .withColumns(pl.struct([pl.col("list")]).alias("both"));
  expect((await linesOf(frame)).lines).toEqual([
    '"[""1.50""]",1970-01-01T00:00:00.000Z,P0D,"{""list"":[""1.50""]}"',
    '"[""2.00"",""3.25""]",1970-01-02T01:01:01.000Z,PT90061S,"{""list"":[""2.00"",""3.25""]}"',
  ]);
});

test("Apache Arrow: decimals have their point, times their unit", async () => {
  const decimal = new arrow.Decimal(3, 10, 128);
  const columns: [string, arrow.DataType, unknown[]][] = [
    ["decimal", decimal, [Uint32Array.of(1500, 0, 0, 0), Uint32Array.of(-15, -1, -1, -1), null]],
    ["seconds", new arrow.TimestampSecond(), [new Date(1000), new Date(-1000), null]],
    ["nanos", new arrow.TimestampNanosecond("UTC"), [new Date(1), new Date(-1), null]],
    ["day", new arrow.DateDay(), [new Date("2026-01-01"), new Date(-86_400_000), null]],
    ["time", new arrow.TimeMicrosecond(), [3_723_000_004n, 0n, null]],
    ["list", new arrow.List(new arrow.Field("item", decimal)), [[Uint32Array.of(5, 0, 0, 0)], [], null]],
  ];
  const vectors = columns.map(([name, type, values]) => {
    return [name, arrow.vectorFromArray(values, type)] as const;
  });
  const { lines, types } = await linesOf(new arrow.Table(Object.fromEntries(vectors)));
  expect(lines).toEqual([
    '1.500,1970-01-01T00:00:01Z,1970-01-01T00:00:00.001000000Z,2026-01-01,01:02:03.000004,"[""0.005""]"',
    "-0.015,1969-12-31T23:59:59Z,1969-12-31T23:59:59.999000000Z,1969-12-31,00:00:00.000000,[]",
    ",,,,,",
  ]);
  expect(types).toContain("Timestamp<NANOSECOND, UTC>");
});

test("Apache Arrow: what a nanosecond is finer than a double is shown, in every batch", async () => {
  const data = arrow.makeData({
    type: new arrow.TimestampNanosecond(),
    data: BigInt64Array.of(1_700_000_000_123_456_789n),
  });
  const vector = new arrow.Vector([data, data]);
  expect((await linesOf(new arrow.Table({ at: vector }))).lines).toEqual(
    Array(2).fill("2023-11-14T22:13:20.123456789Z"),
  );
});

/** A decimal with the scale 2, in words of 32 bits. */
function hundredths(value: number, words: number): Uint32Array {
  return Uint32Array.from({ length: words }, (_, index) => (index === 0 ? value : value < 0 ? -1 : 0));
}

const price = new arrow.Decimal(2, 10, 128);
const wide = new arrow.Decimal(2, 40, 256);
const prices = arrow.vectorFromArray([hundredths(150, 4), hundredths(-7, 4)], price);
const times = arrow.vectorFromArray([new Date(1), new Date(2_000)], new arrow.TimestampMicrosecond("UTC"));

/** Places in a dictionary of other values. */
function encoded(dictionary: arrow.Vector, places: number[]): arrow.Vector {
  const type = new arrow.Dictionary(dictionary.type, new arrow.Int32());
  return new arrow.Vector([
    arrow.makeData({ type, dictionary, length: places.length, data: Int32Array.from(places) }),
  ]);
}

function mapsOf(...maps: (Map<string, Uint32Array> | null)[]): arrow.Vector {
  const entry = new arrow.Struct<{ key: arrow.Utf8; value: arrow.Decimal }>([
    new arrow.Field("key", new arrow.Utf8()),
    new arrow.Field("value", price),
  ]);
  const builder = arrow.makeBuilder({
    type: new arrow.Map_(new arrow.Field("entries", entry)),
    nullValues: [null],
  });
  // The builder takes maps too.
  for (const map of maps) builder.append(map as never);
  return builder.finish().toVector();
}

test("Apache Arrow: values within dictionaries and maps, and decimals of 256 bits, read as those of plain columns", async () => {
  const table = new arrow.Table({
    price: encoded(prices, [1, 0, 1]),
    at: encoded(times, [0, 1, 0]),
    map: mapsOf(new Map([["a", hundredths(150, 4)]]), null, new Map([["b", hundredths(-7, 4)]])),
    wide: arrow.vectorFromArray([hundredths(150, 8), hundredths(-7, 8), null], wide),
  });
  const expected = [
    '-0.07,1970-01-01T00:00:00.001000Z,"{""a"":""1.50""}",1.50',
    "1.50,1970-01-01T00:00:02.000000Z,,-0.07",
    '-0.07,1970-01-01T00:00:00.001000Z,"{""b"":""-0.07""}",',
  ];
  expect((await linesOf(table)).lines).toEqual(expected);
  const twice = arrow.tableFromIPC(arrow.tableToIPC(table)).concat(table);
  expect((await linesOf(twice.slice(1))).lines).toEqual([...expected.slice(1), ...expected]);
});

test("Apache Arrow: rows of a table show what the table shows", async () => {
  const item = arrow.vectorFromArray(
    [{ paid: hundredths(5, 4) }, null],
    new arrow.Struct([new arrow.Field("paid", price)]),
  );
  const table = new arrow.Table({ price: prices, at: times, coded: encoded(prices, [1, 1]), item });
  const whole = await shownBy(table);
  expect(whole.csv?.[1]).toBe('1.50,1970-01-01T00:00:00.001000Z,-0.07,"{""paid"":""0.05""}"');
  for (const rows of [table.toArray(), [...table], [table.get(0), table.get(1)]]) {
    expect((await shownBy(rows)).csv).toEqual(whole.csv);
    expect((await shownBy({ type: "table", data: rows })).csv).toEqual(whole.csv);
  }
});

/** One of each type that is not a value of JavaScript. */
const duckDbTypes = `
  select 1.50::decimal(10, 2) as price, '6e9dae4f-1ac5-4f1f-8d3c-5b8d3d0a9a01'::uuid as id, date '2026-01-01' as c1,
    timestamp '2026-01-01 00:00:00.5' as c2, timestamptz '2026-01-01 00:00:00+00' as c3, time '01:02:03' as c4,
    interval 3 days as c5, 9007199254740993::bigint as c6, 170141183460469231731687303715884105727::hugeint as c7,
    [1.50::decimal(3, 2)] as c8, { 'a': date '2026-01-01' } as c9, map { 'k': 1.5::decimal(2, 1) } as c10,
    '101'::bit as c11, union_value(n := 1::bigint) as c12, array_value(1, 2) as c13, null as c14`;

async function duckDbReader(): Promise<DuckDBResultReader> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  return connection.runAndReadAll(duckDbTypes);
}

test("DuckDB: rows, objects and the result itself show what its JSON rows show", async () => {
  const reader = await duckDbReader();
  const shown = reader
    .getRowsJson()[0]
    ?.map((value) => (typeof value === "object" ? JSON.stringify(value) : value));
  const columns = reader.columnNames();
  const whole = { type: "table", data: { columns, rows: reader.getRows() } };
  for (const payload of [reader, whole, { type: "table", data: reader.getRowObjects() }]) {
    const { csv } = await shownBy(payload);
    // The writer quotes; a null is nothing.
    const cells = shown?.map((cell) => {
      const text = cell === "null" ? "" : String(cell);
      return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    expect(csv).toEqual([columns.join(","), cells?.join(",")]);
  }
  expect((await linesOf(reader)).types).toEqual(reader.columnTypes().map(String));
});

test("DuckDB: values in outputs and JSON are what its JSON rows show", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const sql = `select 1.50::decimal(10,2) as price, date '2026-01-01' as day, time '12:34:56' as time,
    uuid '00000000-0000-0000-0000-00000000000a' as id, [1, 2] as list, { a: 1, b: 1.5::decimal(4,1) } as struct,
    map { 'k': 1 } as map, interval '1 day' as span, true as ok, null as nothing`;
  const reader = await connection.runAndReadAll(sql);
  const shown = reader.getRowObjectsJson();
  await using run = await runBlock(
    async (_: object, context: Context) => {
      await context.preview({ type: "json", data: reader.getRowObjects() });
      await context.preview({ type: "json", data: reader });
      return { rows: reader.getRowObjects() };
    },
    { outputsDef: ["rows"] },
  );
  expect(run.errors).toEqual([]);
  expect(run.previews.map((preview) => (preview as { data: unknown }).data)).toEqual([shown, shown]);
  expect(run.result).toEqual({ rows: shown });
});

test("DuckDB: a result that has not been read is refused, with what to do", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  for (const make of [() => connection.run("select 1"), () => connection.stream("select 1")]) {
    const table = { type: "table", data: await make() };
    await expect(shownBy(table)).rejects.toThrow("not a DuckDB");
    await expect(shownBy(table)).rejects.toThrow("Read the rows first: await connection.runAndReadAll(sql).");
    await expect(shownBy((await make()) as never)).rejects.toThrow("Read the rows first");
  }
});

test("rows of better-sqlite3 and node:sqlite: exact integers, and bytes in hexadecimal", async () => {
  const rows = "select 9007199254740993 as id, x'00ff' as hash, 'a,b' as name, null as empty";
  const native = new DatabaseSync(":memory:").prepare(rows);
  native.setReadBigInts(true);
  for (const records of [new Database(":memory:").prepare(rows).safeIntegers().all(), native.all()]) {
    expect((await shownBy(records as object[])).csv).toEqual([
      "id,hash,name,empty",
      '9007199254740993,\\x00ff,"a,b",',
    ]);
  }
});

test.each<[name: string, value: unknown, cell: string]>([
  ["decimal.js, of which Prisma's decimals are", new Decimal("1.10").plus("0.20"), "1.3"],
  ["luxon", DateTime.fromISO("2026-01-01T00:00:00.000Z", { zone: "utc" }), "2026-01-01T00:00:00.000Z"],
  ["dayjs", dayjs(0), "1970-01-01T00:00:00.000Z"],
  ["a URL", new URL("http://a/?b"), "http://a/?b"],
  ["a date of another realm", runInNewContext("new Date(0)"), "1970-01-01T00:00:00.000Z"],
  ["a Temporal.PlainDate", temporalDate("2026-01-01"), "2026-01-01"],
  ["what has a toJSON that gives a number", { toJSON: () => 7 }, "7"],
  ["a regular expression", /a/g, "/a/g"],
  ["floats", Float32Array.of(0.5, 2), '"[0.5,2]"'],
  ["big integers", BigInt64Array.of(1n, 2n ** 60n), '"[1,""1152921504606846976""]"'],
  ["a Set of a Map", new Set([new Map([["a", 1]])]), '"[[[""a"",1]]]"'],
  ["a Buffer", Buffer.from([0, 255]), "\\x00ff"],
  ["a Buffer within a list", [Buffer.from([1])], '"[""\\\\x01""]"'],
  ["an ArrayBuffer", new Uint8Array([16]).buffer, "\\x10"],
  ["an invalid date of luxon", DateTime.invalid("test"), "Invalid DateTime"],
  ["an invalid date of dayjs", dayjs("x"), "Invalid Date"],
] as const)("a cell of %s is its text, bytes in hexadecimal, or JSON", async (_, value, cell) => {
  expect((await shownBy([{ value }])).csv).toEqual(["value", cell]);
  // The first and last rows of a large one are made by the same function.
  const large = await shownBy(Array.from({ length: 1001 }, () => ({ value })));
  const [[shown]] = (large.data as { rows: [[unknown]] }).rows;
  expect(`${shown}`).toBe(cell.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'));
});

/** Of a runtime that has it; else what stands for it. */
function temporalDate(text: string): unknown {
  const { Temporal } = globalThis as { Temporal?: { PlainDate: { from(text: string): unknown } } };
  return Temporal?.PlainDate.from(text) ?? { toJSON: () => text };
}
