import { readFile } from "node:fs/promises";
import { runBlock } from "@oomol/scriptlet/testing";
import { expect, test } from "vitest";
import countWords from "../tasks/count-words/main.ts";

test("counts words, whatever their case", async () => {
  await using run = await runBlock(countWords, { inputs: { text: "To be, or not to be", most: 2 } });

  expect(run.result).toEqual({ count: 6, frequent: { to: 2, be: 2 } });
  expect(run.logs[0]?.text).toBe("6 words, 4 different ones");
});

test("shows the most frequent words as a table", async () => {
  await using run = await runBlock(countWords, { inputs: { text: "a b b", most: 1 } });

  const [preview] = run.previews;
  expect(preview?.type).toBe("table");
  // Tables travel as CSV files.
  expect((await readFile(String(preview?.data), "utf8")).trim().split(/\r?\n/)).toEqual([
    "word,count",
    "b,2",
  ]);
});

test("knows the words of languages without spaces", async () => {
  await using run = await runBlock(countWords, { inputs: { text: "今天天气很好", most: 10 } });

  expect(run.result?.count).toBeGreaterThan(1);
});
