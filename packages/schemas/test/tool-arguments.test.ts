import { expect, test } from "vitest";
import { readToolArguments } from "../src/index.ts";

const file = { handle: "file", json_schema: { type: "string", "ui:widget": "file" } };
const files = { handle: "files", json_schema: { type: "array", items: file.json_schema } };
const text = { handle: "text", json_schema: { type: "string" } };

test("texts for inputs of files are kept apart, and everything else stays an input", () => {
  const given = { file: "a.txt", files: ["b.txt", "c.txt"], text: "d.txt" };
  expect(readToolArguments([file, files, text], given)).toEqual({
    inputValues: { text: "d.txt" },
    files: new Map([
      ["file", ["a.txt"]],
      ["files", ["b.txt", "c.txt"]],
    ]),
  });
  expect(readToolArguments([file], { file: null })).toEqual({
    inputValues: { file: null },
    files: new Map(),
  });
});

test("an integer that may have been changed on its way is refused, in a list of any length", () => {
  const rows: unknown[] = new Array(300_000).fill(1);
  expect(readToolArguments([], { rows }).inputValues).toEqual({ rows });
  rows.push(2 ** 53);
  expect(() => readToolArguments([], { rows })).toThrow('"rows" holds an integer of more than 15 digits');
});
