import { InvalidInputError } from "@oomol/connect-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizeInputValues } from "../src/input-values/normalize-input-values.ts";
import type { TaskInputValues } from "../src/types.ts";

test("an object is one node", () => {
  expect(normalizeInputValues({ text: "a", speed: 2 })).toEqual([
    {
      nodeId: "_",
      inputs: [
        { handle: "text", value: "a" },
        { handle: "speed", value: 2 },
      ],
    },
  ]);
});

test("a list of handles is one node", () => {
  expect(normalizeInputValues([{ handle: "text", value: "a" }])).toEqual([
    { nodeId: "_", inputs: [{ handle: "text", value: "a" }] },
  ]);
});

test("the node form stays, an empty list too", () => {
  const nodes = [{ nodeId: "n", inputs: [{ handle: "h", value: null }] }];
  expect(normalizeInputValues(nodes)).toEqual(nodes);
  expect(normalizeInputValues([])).toEqual([]);
  expect(normalizeInputValues(undefined)).toEqual([]);
});

test("undefined values are left out, as JSON would", () => {
  expect(normalizeInputValues({ a: undefined, b: 1 })).toEqual([
    { nodeId: "_", inputs: [{ handle: "b", value: 1 }] },
  ]);
});

test("prototype keys are handles like any other", () => {
  const inputs = JSON.parse('{ "__proto__": 1, "constructor": 2 }');
  expect(normalizeInputValues(inputs)[0]?.inputs.map((input) => input.handle)).toEqual([
    "__proto__",
    "constructor",
  ]);
});

describe("what cannot be sent is told with its place", () => {
  const nodes = (...ids: string[]) => ids.map((nodeId) => ({ nodeId, inputs: [] }));
  const cycle: Record<string, unknown> = {};
  cycle.self = { cycle };
  test.each<[unknown, string]>([
    ["text", '{ nodeId, inputs }, got the string "text".'],
    ["x".repeat(41), `got the string "${"x".repeat(40)}".`],
    [7, "{ nodeId, inputs }, got a number."],
    [null, "{ nodeId, inputs }, got null."],
    [new Map(), "inputValues: expected { handle: value }"],
    [[null], "inputValues[0]: expected { handle, value }, got null."],
    [[undefined], "inputValues[0]: expected { handle, value }, got a undefined."],
    [["text"], 'inputValues[0]: expected { handle, value }, got the string "text".'],
    [[[]], "inputValues[0]: expected { handle, value }, got a list."],
    [[{}], "inputValues[0]: expected { handle, value }, got an empty object."],
    [[{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }], 'got an object with "a", "b", "c", "d", "e".'],
    [[{ handle: 7 }], 'inputValues[0]: expected { handle, value }, got an object with "handle".'],
    [
      [{ nodeId: 7, inputs: [] }],
      'inputs } like the items before it, got an object with "nodeId", "inputs".',
    ],
    [
      [{ nodeId: "n", inputs: [] }, null],
      "inputValues[1]: expected { nodeId, inputs } like the items before it",
    ],
    [nodes("n", "m", "n"), 'inputValues[2].nodeId: "n" is given twice.'],
    [
      [{ nodeId: "n", inputs: [{ handle: "h", value: 2n ** 60n }] }],
      "inputValues[0].inputs[0].value: a BigInt",
    ],
    [[{ nodeId: "n", inputs: [{ handle: "h" }, 1] }], "inputValues[0].inputs[1]: expected { handle, value }"],
    [[{ nodeId: "n", inputs: [{ handle: "h" }, { handle: "h" }] }], "inputValues[0].inputs[1].handle: "],
    [[{ handle: "a", value: Symbol("s") }], "inputValues[0].value: a symbol cannot be sent."],
    [{ deep: nested(101) }, "inputValues.deep[0][0]"],
    [{ deep: nested(101) }, "nested deeper than 100 levels, which the engine cannot read."],
    [{ own: { toJSON: 5, big: -(2n ** 53n) } }, "inputValues.own.big: a BigInt beyond 2^53 has no JSON form"],
    [{ bytes: Buffer.from("x") }, "inputValues.bytes: a file or bytes cannot be an input value"],
    [{ bytes: new ArrayBuffer(1) }, "inputValues.bytes: a file or bytes cannot be an input value"],
    [{ set: new Set([new WeakMap()]) }, "inputValues.set[0]: a WeakMap would be sent empty"],
    [[{ handle: "a", value: 1 }, { nodeId: "n" }], "inputValues[1]: expected { handle, value }"],
    [[{ nodeId: "n", inputs: [] }, { handle: "a" }], "inputValues[1]: expected { nodeId, inputs }"],
    [[{ nodeId: "n", inputs: {} }], "inputValues[0].inputs: expected a list"],
    [[{ handle: "a" }, { handle: "a" }], 'inputValues[1].handle: "a" is given twice.'],
    [{ big: [2n ** 53n] }, "inputValues.big[0]: a BigInt beyond 2^53 has no JSON form"],
    [{ deep: { list: [Number.NaN] } }, "inputValues.deep.list[0]: NaN has no JSON form"],
    [{ call: () => 1 }, "inputValues.call: a function cannot be sent."],
    [{ cycle }, "inputValues.cycle.self.cycle: the value contains itself."],
    [{ file: new Blob(["x"]) }, "inputValues.file: a file or bytes cannot be an input value"],
    [{ bytes: new Uint8Array(1) }, "inputValues.bytes: a file or bytes cannot be an input value"],
    // As a frame of danfojs is known; the other libraries are tried with the outputs of blocks.
    [{ frame: [{ iloc: () => 1 }] }, "inputValues.frame[0]: a data frame has no JSON form; send its rows"],
    [{ map: new Map([["p", Promise.resolve()]]) }, "inputValues.map[0][1]: a promise cannot be sent"],
  ])("%o", (inputValues, message) => {
    expect(() => normalizeInputValues(inputValues as TaskInputValues)).toThrow(InvalidInputError);
    expect(() => normalizeInputValues(inputValues as TaskInputValues)).toThrow(message);
  });
});

test("the same object may stand in two places", () => {
  const shared = { a: 1 };
  expect(normalizeInputValues({ x: shared, y: [shared] })[0]?.inputs).toHaveLength(2);
});

test("values with a JSON form of their own are kept, whatever is inside", () => {
  const amount = { units: 1n, toJSON: () => "1" };
  expect(normalizeInputValues({ amount })[0]?.inputs[0]?.value).toBe(amount);
});

test("a hundred levels can be sent", () => {
  const deep = nested(100);
  expect(normalizeInputValues({ deep })[0]?.inputs[0]?.value).toBe(deep);
});

function nested(levels: number): unknown {
  let value: unknown = "inside";
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const handle = fc.string({ minLength: 1 });
const value = fc.jsonValue({ maxDepth: 4 });
const objectForm = fc.dictionary(handle, value);
const listForm = fc.uniqueArray(fc.record({ handle, value }), {
  selector: (input) => input.handle,
  minLength: 1,
});
const nodeForm = fc.uniqueArray(fc.record({ nodeId: handle, inputs: listForm }), {
  selector: (node) => node.nodeId,
});

test("normalising twice is normalising once, and writes nothing into the caller's object", () => {
  fc.assert(
    fc.property(fc.oneof(objectForm, listForm, nodeForm), (inputValues) => {
      const before = structuredClone(inputValues);
      const once = normalizeInputValues(inputValues as TaskInputValues);
      expect(normalizeInputValues(once)).toEqual(once);
      expect(inputValues).toEqual(before);
    }),
  );
});

test("no handle is lost", () => {
  fc.assert(
    fc.property(objectForm, (inputValues) => {
      const [node] = normalizeInputValues(inputValues);
      expect(node?.inputs.map((input) => input.handle)).toEqual(Object.keys(inputValues));
    }),
  );
});
