import {
  blockSchema,
  createTaskBodySchema,
  logsAnswerSchema,
  taskLogSchema,
  taskSchema,
  validate,
} from "@oomol/connect-core/wire";
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

test.each<[what: string, answer: unknown, path: PropertyKey[], expected: string]>([
  ["no object", "text", [], "of type object"],
  ["a list for an object", [], [], "of type object"],
  ["a list that is missing", {}, ["logs"], "a list"],
  ["an item that is none", { logs: [{ id: 0, type: "a" }, null] }, ["logs", 1], "of type object"],
  ["a wrong field within", { logs: [{ id: "0", type: "a" }] }, ["logs", 0, "id"], "of type number"],
])("a mismatch is named by its place and by what should be there: %s", (_, answer, path, expected) => {
  expect(validate(logsAnswerSchema, answer)).toEqual({ isValid: false, path, expected });
});

test("a value is never changed, and given as it is if it is as described", () => {
  const wrong = Object.freeze({ id: "1", status: "running", project_id: 7, more: 1 });
  expect(validate(taskSchema, wrong)).toEqual({
    isValid: true,
    data: { id: "1", status: "running", project_id: undefined, more: 1 },
  });
  expect(wrong.project_id).toBe(7);
  const right = { id: "1", status: "running", project_id: "p" };
  expect(validate(taskSchema, right)).toMatchObject({ isValid: true });
  expect((validate(taskSchema, right) as { data: unknown }).data).toBe(right);
});

test("a field by the name of a prototype is a field like any other", () => {
  const task: unknown = JSON.parse(
    '{ "id": "1", "status": "running", "project_id": 7, "__proto__": { "status": "failed" } }',
  );
  const checked = validate(taskSchema, task);
  expect(checked).toMatchObject({ isValid: true, data: { status: "running" } });
  expect(Object.keys((checked as { data: object }).data)).toContain("__proto__");
  expect(
    validate(taskSchema, JSON.parse('{ "__proto__": { "id": "1", "status": "running" } }')),
  ).toMatchObject({ isValid: false });
});

test("the inputs of a body may be missing, and nothing but a list otherwise", () => {
  expect(validate(createTaskBodySchema, { manifest: "a::b" })).toMatchObject({ isValid: true });
  expect(validate(createTaskBodySchema, { manifest: "a::b", inputValues: {} })).toMatchObject({
    isValid: false,
    path: ["inputValues"],
  });
});
