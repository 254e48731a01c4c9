import { existsSync } from "node:fs";
import type { OomolConnectClient } from "@oomol/connect-node";
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
  inputValues: Record<string, unknown>;
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
    .option("--inputs-json <file>", "inputs as a JSON object from a file, or - for stdin")
    .option(
      "-f, --file <[handle=]path>",
      "a file for the block, or for one of its inputs; repeatable",
      (path: string, previous: string[] = []) => [...previous, path],
    );
}

/** @throws {@link UsageError} for inputs that cannot be read, and for files of which only some name their input. */
export async function blockRequest(
  client: OomolConnectClient,
  blockId: string,
  { inputsJson, input = {}, file = [] }: InputFlags,
): Promise<BlockRequest> {
  const inputValues = {
    ...(await readInputs(inputsJson)),
    ...(await resolveInputs(client, blockId, input)),
  };
  return { blockId, inputValues, files: filesOf(file) };
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
