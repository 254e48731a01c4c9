import { runInNewContext } from "node:vm";
import { DuckDBInstance } from "@duckdb/node-api";
import { type NodeInputs, normalizeInputValues, type TaskInputValues } from "@oomol/connect-core";
import type { Context } from "@oomol/scriptlet";
import { runBlock } from "@oomol/scriptlet/testing";
import { tableFromArrays } from "apache-arrow";
import { table as arqueroTable } from "arquero";
import polars from "nodejs-polars";
import { expect, test } from "vitest";

/** What a block's output becomes, with the warnings about it. */
async function asOutput(value: unknown): Promise<{ value: unknown; warnings: readonly string[] }> {
  await using run = await runBlock(() => ({ value }), { outputsDef: ["value"] });
  expect(run.error).toBeUndefined();
  return { value: run.result?.value, warnings: run.warnings };
}

async function asPreview(value: unknown): Promise<unknown> {
  await using run = await runBlock((_: object, context: Context) =>
    context.preview({ type: "json", data: value }),
  );
  return (run.previews[0] as { data?: unknown } | undefined)?.data;
}

/** What reaches the wire from the client. */
function asInput(value: unknown): unknown {
  const [node] = normalizeInputValues({ value } as TaskInputValues) as [NodeInputs];
  return JSON.parse(JSON.stringify(node.inputs[0]?.value ?? null));
}

const failure = Object.assign(new RangeError("x", { cause: "y" }), { code: "E" });
// Where it was made; an output leaves out the frames of Node.js and of the executor.
failure.stack = failure.stack?.split("\n", 2).join("\n") ?? "";

const inner = new TypeError("y");
inner.stack = "TypeError: y";
const formOfInner = { name: "TypeError", message: "y", stack: "TypeError: y" };
const several = Object.assign(new AggregateError([inner, "z"], "all failed"), { code: "ALL" });
several.stack = "AggregateError: all failed";
const suppressed = new SuppressedError(inner, new Set([inner]), "while closing");
suppressed.stack = "SuppressedError: while closing";

test.each<[name: string, value: unknown, form: unknown]>([
  [
    "a Map",
    new Map<unknown, unknown>([
      ["a", 1],
      [{ b: 2 }, new Set([3])],
    ]),
    [
      ["a", 1],
      [{ b: 2 }, [3]],
    ],
  ],
  ["a Set", new Set([1, "b"]), [1, "b"]],
  ["a Map of another realm", runInNewContext("new Map([[1, 2]])"), [[1, 2]]],
  [
    "an object of another realm",
    runInNewContext("({ a: [new Date(0)] })"),
    { a: ["1970-01-01T00:00:00.000Z"] },
  ],
  ["floats", { inside: new Float32Array([0.5, 2]) }, { inside: [0.5, 2] }],
  ["big integers that fit", BigInt64Array.of(1n, -(2n ** 53n) + 1n), [1, Number.MIN_SAFE_INTEGER]],
  ["an Error", failure, { name: "RangeError", message: "x", stack: failure.stack, cause: "y", code: "E" }],
  [
    "an AggregateError",
    several,
    {
      name: "AggregateError",
      message: "all failed",
      stack: several.stack,
      errors: [formOfInner, "z"],
      code: "ALL",
    },
  ],
  [
    "a SuppressedError",
    suppressed,
    {
      name: "SuppressedError",
      message: "while closing",
      stack: suppressed.stack,
      error: formOfInner,
      suppressed: [formOfInner],
    },
  ],
  ["a regular expression", /a\d/gi, "/a\\d/gi"],
  ["a URL", new URL("http://a/?b#c"), "http://a/?b#c"],
  ["URL parameters", new URLSearchParams({ a: "b c" }), "a=b+c"],
  ["Headers", new Headers({ Accept: "text/plain" }), [["accept", "text/plain"]]],
  ["a Date", [new Date(1)], ["1970-01-01T00:00:00.001Z"]],
  ["what has a toJSON", { price: { units: 2n ** 60n, toJSON: () => "1.50" } }, { price: "1.50" }],
  [
    "an instance with properties",
    new (class Point {
      x = 1;
      #y = 2;
      sum = () => this.#y;
      toJSON = undefined;
    })(),
    undefined,
  ],
])("%s has one form in inputs, outputs and previews", async (name, value, form) => {
  // A method of its own is what inputs refuse and outputs leave out.
  if (name === "an instance with properties") {
    expect(() => asInput(value)).toThrow("inputValues.value.sum: a function cannot be sent.");
    expect((await asOutput(value)).value).toEqual({ x: 1 });
    return;
  }
  expect(asInput(value)).toEqual(form);
  expect(await asOutput(value)).toEqual({ value: form, warnings: [] });
  expect(await asPreview(value)).toEqual(form);
});

test.each<[name: string, value: unknown, reason: string]>([
  ["a promise", Promise.resolve(1), "promise"],
  ["a WeakMap", new WeakMap(), "a WeakMap would"],
  ["an answer of fetch", new Response("x"), "a Response would"],
  [
    "an instance whose fields are private",
    new (class Money {
      #amount = 1;
      get() {
        return this.#amount;
      }
    })(),
    "a Money would",
  ],
  ["a function", () => 1, "a function cannot be sent"],
  ["a symbol", Symbol("s"), "a symbol cannot be sent"],
  ["a Blob", new Blob(["x"]), "b"],
])(
  "%s is refused with its place in inputs, and left out of outputs with a warning",
  async (_, value, reason) => {
    expect(() => asInput({ deep: [value] })).toThrow("inputValues.value.deep[0]: ");
    expect(() => asInput({ deep: [value] })).toThrow(reason);
    const sent = await asOutput({ kept: 1, deep: [value] });
    expect(sent.value).toEqual({ kept: 1, deep: [null] });
    expect(sent.warnings).toEqual([expect.stringContaining("Output handle [value], at value.deep[0]: ")]);
    expect(sent.warnings[0]).toContain(reason);
  },
);

test("an Error that is put out has the frames of its block alone", async () => {
  const made = () => new Error("made here");
  await using run = await runBlock(() => ({ value: made() }), { outputsDef: ["value"] });
  const sent = run.result?.value as { stack: string } | undefined;
  expect(sent?.stack).toMatch(/^Error: made here\n {4}at made \(.*values\.test\.ts:\d+:\d+\)\n/);
  expect(sent?.stack).not.toMatch(/packages\/scriptlet\/|node:internal/);
});

test("a BigInt beyond 2^53 is refused everywhere, and text in a preview", async () => {
  const big = { id: 2n ** 53n };
  expect(() => asInput(big)).toThrow("inputValues.value.id: a BigInt beyond 2^53");
  await using run = await runBlock(() => ({ value: big }), { outputsDef: ["value"] });
  expect(run.error).toContain("value.id as JSON: it is a BigInt beyond 2^53");
  expect(await asPreview(big)).toEqual({ id: "9007199254740992" });
});

const polarsFrame = polars.DataFrame({ toFrame: [1], a: ["x"] });
const arrowTable = tableFromArrays({ n: [1] });

test.each<[name: string, make: () => unknown, rows: unknown[]]>([
  ["a frame of polars", () => polarsFrame, [{ toFrame: 1, a: "x" }]],
  ["a series of polars", () => polarsFrame.getColumn("a"), ["x"]],
  ["a table of Apache Arrow", () => arrowTable, [{ n: 1 }]],
  ["a column of Apache Arrow", () => arrowTable.getChild("n"), [1]],
  ["the rows of a table of Apache Arrow", () => arrowTable.toArray(), [{ n: 1 }]],
  ["a table of Arquero", () => arqueroTable({ n: [1] }), [{ n: 1 }]],
  ["a result of DuckDB", readByDuckDb, [{ n: 1 }]],
])("%s is refused as an input, and is put out as its rows", async (_name, make, rows) => {
  const frame = await make();
  expect(() => asInput({ deep: [frame] })).toThrow(
    /^inputValues\.value\.deep\[0\].*: a data frame has no JSON form/,
  );
  expect(await asOutput({ deep: [frame] })).toEqual({ value: { deep: [rows] }, warnings: [] });
});

async function readByDuckDb() {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  return connection.runAndReadAll("select 1 as n");
}
