import type { OomolConnectClient } from "@oomol/connect-core";
import { type BlockToolOutput, blockTool, blockTools } from "@oomol/connect-core/ai";
import { generateText, type LanguageModel } from "ai";
import { expectTypeOf, test } from "vitest";

declare module "@oomol/connect-core" {
  interface BlockRegistry {
    "ai::greet": { inputs: { name: string; file?: string }; outputs: { greeting: string } };
  }
}

declare const client: OomolConnectClient;
declare const model: LanguageModel;

test("a tool made from a registered block has its inputs and outputs", async () => {
  const greet = await blockTool(client, "ai::greet");
  const { staticToolCalls, staticToolResults } = await generateText({ model, tools: { greet }, prompt: "" });
  for (const { input } of staticToolCalls) expectTypeOf(input.name).toEqualTypeOf<string>();
  for (const { output } of staticToolResults) {
    expectTypeOf(output).toEqualTypeOf<BlockToolOutput<{ greeting: string }>>();
    if (output.type === "result") expectTypeOf(output.result.greeting).toEqualTypeOf<string>();
    // @ts-expect-error there is no result yet
    else output.result;
  }
});

test("other options of a tool are set beside it", async () => {
  const greet = await blockTool(client, "ai::greet");
  const asking = { ...greet, needsApproval: true, description: "Greets." };
  const { staticToolCalls } = await generateText({ model, tools: { asking }, prompt: "" });
  for (const { input } of staticToolCalls) expectTypeOf(input.name).toEqualTypeOf<string>();
});

test("a tool made from any other block takes and gives anything", async () => {
  const tool = await blockTool(client, "some::block");
  const { staticToolCalls } = await generateText({ model, tools: { tool }, prompt: "" });
  for (const { input } of staticToolCalls) expectTypeOf(input).toEqualTypeOf<Record<string, unknown>>();
  await generateText({ model, tools: await blockTools(client), prompt: "" });
});

test("an app opens what its client can send", async () => {
  const open = (text: string) => new File([text], text);
  await blockTool(client, "ai::greet", { fileInputs: { description: "", open } });
  // @ts-expect-error a client of core takes no path
  await blockTool(client, "ai::greet", { fileInputs: { description: "", open: (text: string) => text } });
});
