import { expect, test } from "vitest";
import { printedErrors } from "../src/printed-errors.ts";

test.each([
  ['Error { msg: "no \\"such\\" block", source: None }', 'no "such" block'],
  [
    'Run block failed: Error { msg: "cannot read", source: Some(Os { code: 2, kind: NotFound, message: "No such file { or }" }) } Block: a::b',
    "Run block failed: cannot read: No such file { or } Block: a::b",
  ],
  ['Error { msg: "caf\\u{e9}\\n", source: Some(Error { msg: "in", source: None }) }.', "café\n: in."],
  ["ReferenceError { msg } is no error of the engine", "ReferenceError { msg } is no error of the engine"],
  ['Error { msg: "open', 'Error { msg: "open'],
])("%s becomes %s", (printed, words) => {
  expect(printedErrors(printed)).toBe(words);
});
