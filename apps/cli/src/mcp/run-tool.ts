import type { Block, OomolConnectClient, PollingOptions, RunResult } from "@oomol/connect-node";
import { asksForFile } from "./block-tool.ts";

/** Runs a block with a tool's arguments: paths of files are uploaded, the others are inputs. */
export function runTool(
  client: OomolConnectClient,
  block: Block,
  given: Record<string, unknown>,
  options: PollingOptions,
): Promise<RunResult> {
  const files: string[] = [];
  const inputs: Record<string, unknown> = { ...given };
  // The server assigns files to the inputs that expect them, in this order.
  for (const input of block.inputs ?? []) {
    if (!asksForFile(input)) continue;
    for (const path of [given[input.handle]].flat()) if (typeof path === "string") files.push(path);
    delete inputs[input.handle];
  }
  return files.length > 0
    ? client.tasks.runWithFiles(block.blockId, inputs, files, options)
    : client.tasks.run({ blockId: block.blockId, inputValues: inputs }, options);
}
