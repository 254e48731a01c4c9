import type { Block, OomolConnectClient, PollingOptions, RunResult } from "@oomol/connect-node";
import { readToolArguments } from "@oomol/connect-schemas";

/** Runs a block with a tool's arguments: paths of files are uploaded, the others are inputs. */
export async function runTool(
  client: OomolConnectClient,
  { blockId, inputs = [] }: Block,
  given: Record<string, unknown>,
  options: PollingOptions,
): Promise<RunResult> {
  const { inputValues, files } = readToolArguments(inputs, given);
  return client.tasks.run({ blockId, inputValues, files: Object.fromEntries(files) }, options);
}
