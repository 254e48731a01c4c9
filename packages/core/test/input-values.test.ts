import { InvalidInputError } from "@oomol/connect-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizeInputValues } from "../src/input-values.ts";
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
  const cycle: Record<string, unknown> = {};
  cycle.self = { cycle };
  test.each<[unknown, string]>([
    ["text", "inputValues: expected { handle: value }"],
    [null, "inputValues: expected { handle: value }"],
    [[{ handle: "a", value: 1 }, { nodeId: "n" }], "inputValues[1]: expected { handle, value }"],
    [[{ nodeId: "n", inputs: [] }, { handle: "a" }], "inputValues[1]: expected { nodeId, inputs }"],
    [[{ nodeId: "n", inputs: {} }], "inputValues[0].inputs: expected a list"],
    [[{ handle: "a" }, { handle: "a" }], 'inputValues[1].handle: "a" is given twice.'],
    [{ big: 1n }, "inputValues.big: a BigInt has no JSON form"],
    [{ deep: { list: [Number.NaN] } }, "inputValues.deep.list[0]: NaN has no JSON form"],
    [{ call: () => 1 }, "inputValues.call: a function cannot be sent."],
    [{ cycle }, "inputValues.cycle.self.cycle: the value contains itself."],
    [{ file: new Blob(["x"]) }, "inputValues.file: a file or bytes cannot be an input value"],
    [{ bytes: new Uint8Array(1) }, "inputValues.bytes: a file or bytes cannot be an input value"],
    [{ map: new Map() }, "inputValues.map: a Map or Set would be sent empty"],
  ])("%o", (inputValues, message) => {
    expect(() => normalizeInputValues(inputValues as TaskInputValues)).toThrow(InvalidInputError);
    expect(() => normalizeInputValues(inputValues as TaskInputValues)).toThrow(message);
  });
});

test("the same object may stand in two places", () => {
  const shared = { a: 1 };
  expect(normalizeInputValues({ x: shared, y: [shared] })[0]?.inputs).toHaveLength(2);
});

test("values with a JSON form of their own are kept", () => {
  const when = new Date(0);
  expect(normalizeInputValues({ when })[0]?.inputs[0]?.value).toBe(when);
});

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
