import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeInputValues } from "../src/input-values/normalize-input-values.ts";
import { plainInputValues } from "../src/input-values/plain-input-values.ts";
import type { TaskInputValues } from "../src/types.ts";

test("values that JSON carries are the node form, as they are", () => {
  const list = [1, { a: null, b: undefined }, "text"];
  const [node] = plainInputValues({ list, left: undefined, flag: false }) ?? [];
  expect(node).toEqual({
    nodeId: "_",
    inputs: [
      { handle: "list", value: list },
      { handle: "flag", value: false },
    ],
  });
  expect(node?.inputs[0]?.value).toBe(list);
  expect(plainInputValues(undefined)).toEqual([]);
});

const circular: Record<string, unknown> = {};
circular.itself = circular;
const deep = Array.from({ length: 101 }).reduce((inner) => [inner], 1 as unknown);

test.each<[what: string, value: unknown]>([
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["a number without JSON", Number.NaN],
  ["a BigInt", 1n],
  ["a file", new File([], "a")],
  ["bytes", new Uint8Array(1)],
  ["a promise", Promise.resolve()],
  ["a function", () => 1],
  ["an object with a form of its own", { toJSON: () => 1 }],
  ["what contains itself", circular],
  ["what is nested too deep", deep],
  [
    "an object of a class",
    new (class Point {
      x = 1;
    })(),
  ],
])("%s is looked at closer, also within", (_, value) => {
  expect(plainInputValues({ value })).toBeUndefined();
  expect(plainInputValues({ list: [{ value }] })).toBeUndefined();
});

test.each<[form: string, given: unknown]>([
  ["a list of handles", [{ handle: "a", value: 1 }]],
  ["a list of nodes", [{ nodeId: "a", inputs: [] }]],
  ["null", null],
  ["text", "a"],
  ["a map", new Map()],
])("%s is looked at closer", (_, given) => {
  expect(plainInputValues(given as TaskInputValues)).toBeUndefined();
});

test("whatever is given, both ways to the node form agree", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const given = fc.dictionary(fc.string(), anything);
  fc.assert(
    fc.property(given, (values) => {
      const plain = plainInputValues(values);
      if (plain) expect(plain).toEqual(normalizeInputValues(values));
    }),
  );
});
