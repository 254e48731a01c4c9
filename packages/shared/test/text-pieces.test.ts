import { expect, test } from "vitest";
import { piecesOf } from "../src/text-pieces.ts";

test.each([
  ["", 2, []],
  ["ab", 2, ["ab"]],
  ["abc", 2, ["ab", "c"]],
  ["a😀b", 2, ["a", "😀", "b"]],
  ["😀😀", 3, ["😀", "😀"]],
  ["ab\ud83d", 3, ["ab\ud83d"]],
])("%j in pieces of %i characters is %j: no character is cut into halves", (text, characters, pieces) => {
  expect([...piecesOf(text, characters)]).toEqual(pieces);
});
