import { expect, test } from "vitest";
import { fileInputOf } from "../src/index.ts";

const file = { type: "string", "ui:widget": "file" };
const bytes = { contentMediaType: "oomol/bin" };
const nothing = { type: "null" };

const one = { isList: false, isBytes: false, isNullable: false };
const list = { isList: true, isBytes: false, isNullable: false };

test.each([
  ["a path", file, one],
  ["a path or null", { anyOf: [file, nothing] }, { ...one, isNullable: true }],
  ["null or a path", { oneOf: [nothing, file] }, { ...one, isNullable: true }],
  ["a path that may be null", { ...file, nullable: true }, { ...one, isNullable: true }],
  ["a path of two types", { ...file, type: ["string", "null"] }, { ...one, isNullable: true }],
  ["bytes", bytes, { isList: false, isBytes: true, isNullable: false }],
  ["bytes or null", { anyOf: [bytes, nothing] }, { isList: false, isBytes: true, isNullable: false }],
  ["a list of paths", { type: "array", items: file }, list],
  ["a list that is marked itself", { type: "array", "ui:widget": "file" }, list],
  [
    "a list that is marked itself, or null",
    { type: ["array", "null"], "ui:widget": "file" },
    { ...list, isNullable: true },
  ],
  ["a list or null", { anyOf: [{ type: "array", items: file }, nothing] }, { ...list, isNullable: true }],
  ["a list of paths or null", { type: "array", items: { anyOf: [file, nothing] } }, list],
  ["what a reference leads to", { $ref: "#/$defs/f", $defs: { f: file } }, one],
  [
    "a list of what a reference leads to",
    { type: "array", items: { $ref: "#/$defs/f" }, $defs: { f: file } },
    list,
  ],
  ["a part", { allOf: [{ $ref: "#/definitions/f" }], definitions: { f: file } }, one],
  ["a path of an unknown dialect", { ...file, $schema: "http://a.b/c" }, { ...one }],
])("an input for files: %s", (_what, schema, expected) => {
  expect(fileInputOf(schema)).toEqual(expected);
});

test.each([
  [undefined],
  [true],
  [{ type: "string" }],
  [{ type: "object", properties: { a: file } }],
  [{ anyOf: [file, { type: "number" }] }],
  [{ anyOf: [file, { type: "array", items: file }] }],
  [{ not: file }],
  [{ $ref: "#/$defs/f" }],
  [{ type: "array", items: { $ref: "#" } }],
  [{ type: "array", items: { type: "array", items: file } }],
])("%j is for no files", (schema) => {
  expect(fileInputOf(schema)).toBeUndefined();
});

test("what doubles with each reference is looked at once", () => {
  const levels = Array.from({ length: 40 }, (_, index) => {
    const $ref = `#/$defs/d${index + 1}`;
    return [`d${index}`, { allOf: [{ $ref }, { $ref }] }];
  });
  const $defs = { ...Object.fromEntries(levels), d40: file };
  expect(fileInputOf({ $ref: "#/$defs/d0", $defs })).toEqual(one);
});
