import { expect, test } from "vitest";
import { toolName } from "../src/tool-name.ts";

test("the name of a tool stays what it is", async () => {
  expect(await toolName("audio-lab::text-to-audio")).toBe("audio-lab__text-to-audio");
  expect(await toolName("文字::朗读")).toBe("block___8b6b3a46334d4173");
  expect(await toolName("@scope/words::count")).toBe("scope_words_count___e87778984df30421");
  expect(await toolName("a_::b")).not.toBe(await toolName("a::_b"));
});
