import { existsSync } from "node:fs";
import type { OomolConnectClient, TaskInputValues } from "@oomol/connect-node";
import type { Command } from "commander";
import { UsageError } from "./exit-codes.ts";
import { collectInput, readInputs } from "./read-inputs.ts";
import { resolveInputs } from "./resolve-inputs.ts";

/** What a block is run with, as {@link addInputFlags} names it. */
export interface InputFlags {
  input?: Record<string, string>;
  inputsJson?: string;
  file?: string[];
}

export interface BlockRequest {
  blockId: string;
  inputValues: TaskInputValues;
  files: readonly string[] | Record<string, string[]>;
}

/** `--input`, `--inputs-json` and `--file` */
export function addInputFlags(command: Command): Command {
  return command
    .option(
      "-i, --input <handle=value>",
      "an input, as JSON or else as text, as the block takes it; repeatable",
      collectInput,
    )
    .option(
      "--inputs-json <file>",
      "inputs from a file, or - for stdin: a JSON object, or for a flow's nodes a list of { nodeId, inputs }",
    )
    .option(
      "-f, --file <[handle=]path>",
      "a file for the block, or for one of its inputs; repeatable",
      (path: string, previous: string[] = []) => [...previous, path],
    );
}

/**
 * What has been read before takes the place of `--inputs-json`.
 *
 * @throws {@link UsageError} for inputs that cannot be read, and for files of which only some name their input.
 */
export async function blockRequest(
  client: OomolConnectClient,
  blockId: string,
  { inputsJson, input = {}, file = [], read }: InputFlags & { read?: TaskInputValues },
): Promise<BlockRequest> {
  const inputValues = read ?? (await readInputs(inputsJson));
  const ofBlock = await resolveInputs(client, blockId, input);
  return { blockId, inputValues: together(inputValues, ofBlock), files: filesOf(file) };
}

function together(inputValues: TaskInputValues, ofBlock: Record<string, unknown>): TaskInputValues {
  if (!Array.isArray(inputValues)) return { ...inputValues, ...ofBlock };
  const [handle] = Object.keys(ofBlock);
  if (handle === undefined) return inputValues;
  throw new UsageError(
    `--input ${handle}: the inputs of --inputs-json are a list, so put this one there too, under the nodeId "_".`,
  );
}

/** By input if they are given so: a file that is really called `a=b` is none. */
function filesOf(given: readonly string[]): BlockRequest["files"] {
  const pairs = given.map((one) => (existsSync(one) ? undefined : /^([^=/\\]+)=(.+)$/s.exec(one)));
  if (pairs.every((pair) => !pair)) return given;
  const files = new Map<string, string[]>();
  for (const [index, pair] of pairs.entries()) {
    const [, handle, path] = pair ?? [];
    if (handle === undefined || path === undefined)
      throw new UsageError(
        `--file ${given[index]}: name the input of each file, as handle=path, or of none.`,
      );
    files.set(handle, [...(files.get(handle) ?? []), path]);
  }
  return Object.fromEntries(files);
}
