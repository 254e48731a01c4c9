import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Block, OomolConnectClient } from "@oomol/connect-node";
import { outputsSchema } from "@oomol/connect-schemas";
import { fittingResult } from "./fitting-result.ts";
import { type FileOptions, resultContent } from "./result-content.ts";
import { runTool } from "./run-tool.ts";
import type { CallTeller } from "./tell-call.ts";

export interface BlockCall {
  block: Block;
  arguments: Record<string, unknown>;
  teller: CallTeller;
}

/** Runs a block for a model. What goes wrong is an answer as well: it is for the model to read. */
export async function callBlock(
  client: OomolConnectClient,
  { block, arguments: given, teller }: BlockCall,
  { directory, signal }: FileOptions,
): Promise<CallToolResult> {
  try {
    const options = { signal, stopOnAbort: true, onLog: teller.tell };
    const outcome = await runTool(client, block, given, options);
    const { structuredContent, note } = fittingResult(outcome.result, outputsSchema(block.outputs ?? []));
    const files = await resultContent(client, outcome, { directory, signal });
    const texts = [JSON.stringify(outcome.result), ...(note === undefined ? [] : [note])];
    const content = [...texts.map((text) => ({ type: "text" as const, text })), ...files];
    return { content, structuredContent };
  } catch (failure) {
    const text = failure instanceof Error ? failure.message : String(failure);
    return { content: [{ type: "text", text }], isError: true };
  }
}
