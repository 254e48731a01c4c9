import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { findInexactNumber } from "@oomol/connect-core/wire";
import type { Block, BlockHandle, OomolConnectClient } from "@oomol/connect-node";
import { fileInputOf, readSchema, typeOfJson, typesOfSchema } from "@oomol/connect-schemas";
import { UsageError } from "./exit-codes.ts";

/**
 * What `--input handle=value` means: JSON if the value is JSON, and text if it is not, or if the block takes only text there.
 * The server is asked for the block only if that could matter.
 */
export async function resolveInputs(
  client: OomolConnectClient,
  blockId: string,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const isClear = (value: string) => typeof parse(value) === "string" && !existsSync(value);
  const block = Object.values(given).every(isClear) ? undefined : await findBlock(client, blockId);
  const resolved = Object.entries(given).map(([handle, value]) => {
    const input = block?.inputs?.find((one) => one.handle === handle);
    return [handle, resolve(handle, value, input)];
  });
  return Object.fromEntries(resolved);
}

/** Undefined if the server lists no such block, which it says itself when it is to run it. */
async function findBlock(client: OomolConnectClient, blockId: string): Promise<Block | undefined> {
  const { blocks } = await client.blocks.list();
  return blocks.find((block) => block.blockId === blockId);
}

function resolve(handle: string, value: string, input: BlockHandle | undefined): unknown {
  const parsed = parse(value);
  if (input && takesOnlyText(input, parsed)) return value;
  if (input && fileInputOf(input.json_schema) && !isAbsolute(value) && existsSync(value)) {
    throw new UsageError(
      `--input ${handle}=${value}: this input takes a file, and the server does not see the files of this folder. Send it: --file ${handle}=${value}`,
    );
  }
  const inexact = findInexactNumber(value);
  if (inexact) {
    throw new UsageError(
      `--input ${handle} holds ${inexact.description}; give it as text, as in --input ${handle}='"…"'.`,
    );
  }
  return parsed;
}

/** Whether a value that is no text when it is parsed fits only as it was written. */
function takesOnlyText({ json_schema, nullable }: BlockHandle, parsed: unknown): boolean {
  const reading = readSchema(json_schema ?? true);
  if ("unusable" in reading || (parsed === null && nullable)) return false;
  const types = typesOfSchema(reading);
  return types.has("string") && !types.has(typeOfJson(parsed));
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
