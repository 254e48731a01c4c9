import { DuckDBInstance } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import { table as arqueroTable } from "arquero";
import pl from "nodejs-polars";
import { expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";

/** What arrives if a block gives a value in each way that there is: the same, everywhere. */
async function sent(value: unknown): Promise<{ value: unknown; warnings: readonly string[] }> {
  await using run = await runBlock(
    async (_: object, context: Context) => {
      await context.output("early", value);
      await context.sendMessage({ inside: [value] });
      await context.preview({ type: "json", data: { inside: value } });
      await context.preview({ type: "json", data: value });
      return { late: { inside: value } };
    },
    { outputsDef: ["early", "late"] },
  );
  expect(run.errors).toEqual([]);
  const [early] = run.outputs;
  const [within, whole] = run.previews as unknown as { data: unknown }[];
  expect(run.messages).toEqual([{ inside: [early?.value ?? null] }]);
  const inside = early === undefined ? {} : { inside: early.value };
  expect([within?.data, run.result]).toEqual([inside, { late: inside }]);
  expect(whole?.data).toEqual(early?.value);
  return { value: early?.value, warnings: run.warnings };
}

const polarsFrame = () =>
  pl
    .DataFrame({ height: [1.5, null], price: ["1.50", "-0.07"], id: ["9007199254740993", "7"] })
    .withColumns(pl.col("price").cast(pl.Decimal(10, 2)), pl.col("id").cast(pl.Int64));

const hundredths = (value: number) => Uint32Array.from([value, ...Array(3).fill(value < 0 ? -1 : 0)]);
const prices = arrow.vectorFromArray([hundredths(150), hundredths(-7)], new arrow.Decimal(2, 10, 128));
const arrowTable = new arrow.Table({
  price: prices,
  id: arrow.vectorFromArray([9_007_199_254_740_993n, null], new arrow.Int64()),
  at: arrow.vectorFromArray([new Date(1), new Date(2000)], new arrow.TimestampMicrosecond("UTC")),
});
const arrowRows = [
  { price: "1.50", id: "9007199254740993", at: "1970-01-01T00:00:00.001000Z" },
  { price: "-0.07", id: null, at: "1970-01-01T00:00:02.000000Z" },
];

test.each<[name: string, value: unknown, rows: unknown[]]>([
  [
    "a frame of nodejs-polars",
    polarsFrame(),
    [
      { height: 1.5, price: "1.50", id: "9007199254740993" },
      { height: null, price: "-0.07", id: 7 },
    ],
  ],
  ["a series of it", polarsFrame().getColumn("price"), ["1.50", "-0.07"]],
  ["a frame of it without columns", pl.DataFrame({}), []],
  ["a table of Apache Arrow", arrowTable, arrowRows],
  ["its rows", arrowTable.toArray(), arrowRows],
  ["a column of it", prices, ["1.50", "-0.07"]],
  [
    "a table of Arquero, as it is filtered and ordered",
    arqueroTable({ n: [3, 1, 2], at: [new Date(3), new Date(1), new Date(2)] })
      .filter("d => d.n > 1")
      .orderby("n"),
    [
      { n: 2, at: "1970-01-01T00:00:00.002Z" },
      { n: 3, at: "1970-01-01T00:00:00.003Z" },
    ],
  ],
])("%s arrives as its rows", async (_name, value, rows) => {
  expect(await sent(value)).toEqual({ value: rows, warnings: [] });
});

test("a result of DuckDB arrives as its JSON rows", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(
    "select 1.50::decimal(10, 2) as price, 9007199254740993 as id, [date '2026-01-01'] as days",
  );
  expect((await sent(reader)).value).toEqual(reader.getRowObjectsJson());
});

test("what has no rows yet is refused, with what to do", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const advices = [
    [await connection.run("select 1"), "Read the rows first: await connection.runAndReadAll(sql)."],
    [polarsFrame().lazy(), "Collect the frame first: await frame.collect()."],
  ] as const;
  for (const [unread, advice] of advices) {
    await using run = await runBlock(() => ({ value: { rows: unread } }), { outputsDef: ["value"] });
    expect(run.result).toEqual({ value: {} });
    expect(run.warnings).toEqual([`Output handle [value], at value.rows: it has no rows yet. ${advice}`]);
  }
});

test("a value of a frame that JSON lacks is null, with one warning for all of them", async () => {
  const frame = pl.DataFrame({ share: [Number.NaN, 1, Number.POSITIVE_INFINITY] });
  await using run = await runBlock(() => ({ value: frame }), { outputsDef: ["value"] });
  expect(run.result).toEqual({ value: [{ share: null }, { share: 1 }, { share: null }] });
  expect(run.warnings).toEqual([
    "Output handle [value], at value[0].share: NaN is sent as null, since JSON has no such number (and 1 more like it).",
  ]);
});

test("a frame that no message can hold is refused after its first rows", async () => {
  let read = 0;
  const frame = {
    columnNames: () => ["text"],
    numRows: () => 100_000_000,
    get(_column: string, row: number) {
      read = Math.max(read, row);
      return "abc";
    },
  };
  await using run = await runBlock(() => ({ value: frame }), { outputsDef: ["value"] });
  expect(run.error).toContain("Could not send value as JSON: it has more than 268369920 bytes");
  expect(read).toBeLessThan(1000);
});

test("plain data with names like those of a frame arrives as it is", async () => {
  const value = {
    frame: { columns: ["a"], dtypes: ["f"], shape: [1, 1], values: [[1]], numRows: 1, schema: {} },
    element: { tagName: "a", outerHTML: "<a>" },
    at: new Date(0),
  };
  expect((await sent(value)).value).toEqual({ ...value, at: "1970-01-01T00:00:00.000Z" });
});
