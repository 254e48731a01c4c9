import { blockSchema, taskLogSchema, taskSchema, validate } from "@oomol/connect-core/wire";
import { expect, test } from "vitest";

test("an optional field that holds something else counts as absent", () => {
  const task = { id: "1", status: "running", project_id: 7, created_at: "now", inputValues: "none" };
  const checked = validate(taskSchema, task);
  expect(checked).toEqual({
    isValid: true,
    data: {
      id: "1",
      status: "running",
      project_id: undefined,
      created_at: undefined,
      inputValues: undefined,
    },
  });
});

test("of a list, the entries are kept that are as described", () => {
  const block = {
    package: "a",
    name: "b",
    path: "/a",
    inputs: [{ handle: "x", description: null, more: 1 }, "text", null, { handle: 7 }],
  };
  expect(validate(blockSchema, block)).toMatchObject({
    data: { inputs: [{ handle: "x", description: undefined, more: 1 }] },
  });
});

test("a node id may be null, and nothing but text otherwise", () => {
  const log = { id: 0, type: "BlockLog" };
  expect(validate(taskLogSchema, { ...log, node_id: null })).toMatchObject({ data: { node_id: null } });
  expect(validate(taskLogSchema, { ...log, node_id: "n" })).toMatchObject({ data: { node_id: "n" } });
  expect(validate(taskLogSchema, { ...log, node_id: 7 })).toMatchObject({ data: { node_id: undefined } });
});
