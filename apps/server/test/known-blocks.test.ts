import { expect, test } from "vitest";
import type { Runnable } from "../src/packages/read-package.ts";
import { createKnownBlocks } from "../src/tasks/known-blocks.ts";

const block = { name: "shout" } as Runnable;

test("a block is known once, and for a second", () => {
  let now = 0;
  const known = createKnownBlocks(() => now);
  known.add("a", block);
  known.add("b", block);
  now = 999;
  expect(known.take("a")).toBe(block);
  expect(known.take("a")).toBeUndefined();
  now = 1_000;
  expect(known.take("b")).toBeUndefined();
});

test("those of the thousand tasks that were accepted last are known", () => {
  const known = createKnownBlocks(() => 0);
  for (let index = 0; index <= 1_000; index += 1) known.add(`${index}`, block);
  expect(known.take("0")).toBeUndefined();
  expect(known.take("1")).toBe(block);
});
