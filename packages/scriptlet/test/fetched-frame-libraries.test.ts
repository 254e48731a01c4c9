import { fetchNpmPackages } from "@oomol/test-helpers/fetch-npm-packages";
import { beforeAll, expect, test, vi } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { shownBy } from "./helpers/preview-block.ts";

let load: NodeJS.Require;

beforeAll(() => {
  load = fetchNpmPackages(
    {
      dependencies: {
        "@prisma/client-runtime-utils": "7.10.0",
        "better-sqlite3": "13.2.0",
        danfojs: "1.2.0",
        knex: "3.3.0",
      },
      // danfojs asks for a tarball of another host.
      overrides: { xlsx: "0.18.5" },
    },
    "These tests show tables of danfojs, Knex and Prisma: let npm reach the registry.",
  );
});

test("danfojs: values with commas, dates and missing ones, and the types", async () => {
  const { DataFrame } = load("danfojs");
  // TensorFlow.js advertises its build for Node.js when it is loaded.
  vi.mocked(console.warn).mockClear();
  const rows = {
    n: [1.5, 2, Number.NaN],
    text: ["x,y", null, "z"],
    at: [new Date(0), new Date(1), new Date(2)],
  };
  const shown = await shownBy(new DataFrame(rows));
  expect(shown.csv).toEqual([
    "n,text,at",
    '1.5,"x,y",1970-01-01T00:00:00.000Z',
    "2,,1970-01-01T00:00:00.001Z",
    "NaN,z,1970-01-01T00:00:00.002Z",
  ]);
  expect(shown).toMatchObject({ types: ["float32", "string", "datetime"] });
});

test("danfojs: a frame arrives as its rows, a series as its values", async () => {
  const { DataFrame, Series } = load("danfojs");
  const frame = new DataFrame({ n: [1.5, 2], at: [new Date(0), new Date(1)] });
  const series = new Series(["a", null]);
  await using run = await runBlock(
    async (_: object, context: Context) => {
      await context.preview({ type: "json", data: series });
      return { frame, both: [series, frame.n] };
    },
    { outputsDef: ["frame", "both"] },
  );
  const rows = [
    { n: 1.5, at: "1970-01-01T00:00:00.000Z" },
    { n: 2, at: "1970-01-01T00:00:00.001Z" },
  ];
  expect(run.result).toEqual({
    frame: rows,
    both: [
      ["a", null],
      [1.5, 2],
    ],
  });
  expect(run.previews).toEqual([{ type: "json", data: ["a", null] }]);
  expect((await shownBy(series)).csv).toEqual(["0", "a", '""']);
});

test("Knex: the rows of a query", async () => {
  const knex = load("knex")({
    client: "better-sqlite3",
    useNullAsDefault: true,
    connection: { filename: ":memory:" },
  });
  try {
    await knex.schema.createTable(
      "items",
      (table: { decimal(name: string): void; binary(name: string): void }) => {
        table.decimal("price");
        table.binary("hash");
      },
    );
    await knex("items").insert([{ price: 1.5, hash: Buffer.from([0, 255]) }, { price: null }]);
    expect((await shownBy(await knex("items").orderBy("price", "desc"))).csv).toEqual([
      "price,hash",
      "1.5,\\x00ff",
      ",",
    ]);
  } finally {
    await knex.destroy();
  }
});

test("Prisma: decimals keep every digit", async () => {
  const { Decimal } = load("@prisma/client-runtime-utils");
  const records = [{ id: 1, price: new Decimal("12345678901234567890.12") }];
  expect((await shownBy(records)).csv).toEqual(["id,price", "1,12345678901234567890.12"]);
});
