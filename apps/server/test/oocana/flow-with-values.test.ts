import { expect, test } from "vitest";
import { parse } from "yaml";
import { flowWithValues } from "../../src/engine/oocana/flow-with-values.ts";

test("a value takes the place of the flow's own, or a place of its own, and leaves all else", () => {
  const manifest = `
title: "1.10"
inputs_def: [{ handle: word, value: old }, { group: more }]
forward_previews: [a]
nodes:
  - { node_id: a, task: self::one, inputs_from: [{ handle: x, value: 1, note: kept }, { handle: y, value: 2 }] }
  - { node_id: b, task: self::two, timeout: 1.5 }
  - &shared { node_id: c, task: self::three, inputs_from: [{ handle: id, value: 12345678901234567890 }] }
`;
  const written = flowWithValues(manifest, { _: { word: "new" }, a: { x: [null], z: {} }, b: { only: "" } });
  expect(parse(written, { intAsBigInt: true })).toEqual({
    title: "1.10",
    inputs_def: [{ handle: "word", value: "new" }, { group: "more" }],
    nodes: [
      {
        ...{ node_id: "a", task: "self::one" },
        inputs_from: [
          { handle: "x", value: [null], note: "kept" },
          { handle: "y", value: 2n },
          { handle: "z", value: {} },
        ],
      },
      { node_id: "b", task: "self::two", timeout: 1.5, inputs_from: [{ handle: "only", value: "" }] },
      { node_id: "c", task: "self::three", inputs_from: [{ handle: "id", value: 12345678901234567890n }] },
    ],
  });
});

test("what YAML takes only as an escape is written as one", () => {
  const text = "\u0000\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff\u00a0 中 😀";
  const written = flowWithValues("nodes: [{ node_id: a }]", { a: { text } });
  // What a parser of YAML takes by the letter of its document, 5.1.
  expect(written).toMatch(/^[\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u);
  expect(parse(written).nodes[0].inputs_from).toEqual([{ handle: "text", value: text }]);
});
