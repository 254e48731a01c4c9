// repeat.test.ts
import { runBlock } from "@oomol/scriptlet/testing";
import { expect, test } from "vitest";
import repeat from "./repeat.ts";

test("repeats twice by default", async () => {
  await using run = await runBlock(repeat, { inputs: { text: "ab" } });
  expect(run.result).toEqual({ repeated: "abab" });
});

test("refuses what does not fit", async () => {
  await using run = await runBlock(repeat, { inputs: { text: "ab", times: 0 } });
  expect(run.error).toContain("Input [times] does not fit its schema");
});

test("knows its part of the manifest", () => {
  expect(repeat.manifest()).toEqual({
    inputs_def: [
      { handle: "text", description: "What to repeat", json_schema: { type: "string" } },
      {
        handle: "times",
        json_schema: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        nullable: true,
        value: 2,
      },
      {
        handle: "apiKey",
        json_schema: { type: "string", contentMediaType: "oomol/secret" },
        nullable: true,
      },
    ],
    outputs_def: [{ handle: "repeated", json_schema: { type: "string", maxLength: 100 } }],
  });
});
