import type { Block, OomolConnectClient, PollingOptions, RunResult } from "@oomol/connect-node";
import { fileInputOf } from "@oomol/connect-schemas";

/** Runs a block with a tool's arguments: paths of files are uploaded, the others are inputs. */
export async function runTool(
  client: OomolConnectClient,
  block: Block,
  given: Record<string, unknown>,
  options: PollingOptions,
): Promise<RunResult> {
  for (const [argument, value] of Object.entries(given)) requireExact(argument, value);
  const files = new Map<string, string[]>();
  const inputValues: Record<string, unknown> = { ...given };
  for (const input of block.inputs ?? []) {
    if (!fileInputOf(input.json_schema)) continue;
    if (!Object.hasOwn(given, input.handle)) continue;
    const paths = [given[input.handle]].flat().filter((path) => typeof path === "string");
    if (paths.length === 0) continue;
    files.set(input.handle, paths);
    delete inputValues[input.handle];
  }
  return client.tasks.run({ blockId: block.blockId, inputValues, files: Object.fromEntries(files) }, options);
}

/** The arguments have been parsed before they come here, so an integer from 2^53 on may be another than the model wrote. */
function requireExact(argument: string, value: unknown): void {
  const open = [value];
  for (const one of open) {
    if (typeof one === "number" && Number.isInteger(one) && !Number.isSafeInteger(one)) {
      throw new Error(
        `The argument "${argument}" holds an integer of more than 15 digits (about ${one}), which readers of JSON change; give it as text.`,
      );
    }
    if (typeof one === "object" && one !== null) open.push(...Object.values(one));
  }
}
