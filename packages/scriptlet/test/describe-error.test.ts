import { expect, test } from "vitest";
import { describeError } from "../src/errors/describe-error.ts";

/** Messages alone. */
const reasonsOf = (thrown: unknown) =>
  describeError(thrown)
    .split("\nCaused by: ")
    .map((text) => text.replace(/( \(describe-error\.test\.ts:\d+\))?\n\s+at .*/s, ""));

test("every error that Promise.any has gathered is told", () => {
  const any = new AggregateError([new Error("first"), new TypeError("second"), "third"], "all failed");
  expect(reasonsOf(new Error("own", { cause: any }))).toEqual([
    "Error: own",
    "AggregateError: all failed",
    "Error: first",
    "TypeError: second",
    "third",
  ]);
});

test("both errors of a SuppressedError are told, as is the error that another one carries", () => {
  const pair = Object.assign(new Error("while disposing"), {
    error: new Error("later"),
    suppressed: "earlier",
  });
  expect(reasonsOf(pair)).toEqual(["Error: while disposing", "Error: later", "earlier"]);
  expect(reasonsOf(Object.assign(new Error("event"), { error: new Error("inside") }))).toEqual([
    "Error: event",
    "Error: inside",
  ]);
  expect(reasonsOf(Object.assign(new Error("answer"), { error: "not_found" }))).toEqual(["Error: answer"]);
});

test("reasons without end are told up to a limit", () => {
  const own = new AggregateError([], "own");
  own.errors = Array.from({ length: 1_000 }, () => own);
  expect(reasonsOf(own)).toHaveLength(21);
});
