import type { Block } from "@oomol/connect-node";
import { expect, test } from "vitest";
import { formatBlocks } from "../src/commands/blocks.ts";
import { blockTool } from "../src/mcp/block-tool.ts";
import { writeBlockTypes } from "../src/types/write-block-types.ts";

const block = (words: Partial<Block>): Block => {
  return { blockId: "one::a", version: "1.0.0", package: "one", name: "a", path: "/a", ...words };
};

test.each([
  [{ title: "Greet", description: "Greets a person.\nPolitely." }, "Greets a person.", "Greet"],
  [{ title: "Greet" }, "Greet", "Greet"],
  [{ title: "Greet", description: " " }, "Greet", "Greet"],
  [{ title: 3, description: "Greets." }, "Greets.", "one::a"],
])("list, tools and types use the words of the author: %j", async (given, words, title) => {
  const blocks = [block(given)];
  expect(formatBlocks(blocks)).toMatch(new RegExp(`  ${words}\n$`));
  const tools = await Promise.all(blocks.map(blockTool));
  expect(tools).toMatchObject([{ title, description: expect.stringContaining(words) }]);
  expect(writeBlockTypes(blocks, "@oomol/connect-node")).toContain(`* ${words}`);
});

test("a block without words is called by its id", async () => {
  const blocks = [block({})];
  expect(formatBlocks(blocks)).toMatch(/one::a.*v1\.0\.0\S*\n$/);
  expect(await Promise.all(blocks.map(blockTool))).toMatchObject([
    { title: "one::a", description: "Runs the OOMOL block one::a." },
  ]);
  expect(writeBlockTypes(blocks, "@oomol/connect-node")).not.toContain("/**");
});
