// shout.test.ts
import { runBlock } from "@oomol/scriptlet/testing";
import { expect, test } from "vitest";
import shout from "./shout.ts";

test("shouts, and says so on the way", async () => {
  await using run = await runBlock(shout, { inputs: { text: "hello" }, outputsDef: ["loud"] });

  expect(run.result).toEqual({ loud: "HELLO" });
  expect(run.events.map(({ type }) => type)).toEqual(["log", "progress", "preview", "finish"]);
  expect(run.logs).toEqual([{ text: "shouting 5 characters", stdio: "stdout" }]);
});

test("a block that throws has an error, and the test goes on", async () => {
  // @ts-expect-error The block needs a text.
  await using run = await runBlock(shout, { inputs: {} });

  expect(run.error).toContain("Cannot read properties of undefined");
});
