import { expect, test } from "vitest";
import { decodeMessage } from "../src/wire/codec.ts";

test("an integer of another language that a number cannot hold arrives as text with its digits", () => {
  const json =
    '{"inputs":{"id":9007199254740993,"ids":[-9223372036854775807,9007199254740992],"x":0.1,"t":"9007199254740993"}}';
  expect(decodeMessage(json)).toEqual({
    inputs: {
      id: "9007199254740993",
      ids: ["-9223372036854775807", 9007199254740992],
      x: 0.1,
      t: "9007199254740993",
    },
  });
  expect(decodeMessage(`{"a":${"9".repeat(400)}}`)).toEqual({ a: "9".repeat(400) });
});
