import type { Block, OomolConnectClient, PollingOptions, RunResult } from "@oomol/connect-node";
import { fileInputOf } from "@oomol/connect-schemas";

/** Runs a block with a tool's arguments: paths of files are uploaded, the others are inputs. */
export function runTool(
  client: OomolConnectClient,
  block: Block,
  given: Record<string, unknown>,
  options: PollingOptions,
): Promise<RunResult> {
  const files: Record<string, string[]> = {};
  const inputValues: Record<string, unknown> = { ...given };
  for (const input of block.inputs ?? []) {
    if (!fileInputOf(input.json_schema)) continue;
    const paths = [given[input.handle]].flat().filter((path) => typeof path === "string");
    if (paths.length === 0) continue;
    files[input.handle] = paths;
    delete inputValues[input.handle];
  }
  return client.tasks.run({ blockId: block.blockId, inputValues, files }, options);
}
