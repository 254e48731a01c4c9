import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { findInexactNumber } from "@oomol/connect-core/wire";
import type { TaskInputValues } from "@oomol/connect-node";
import { UsageError } from "./exit-codes.ts";

/** Adds `handle=value` to what `--input` has given so far; {@link resolveInputs} decides what a value means. */
export function collectInput(pair: string, previous: Record<string, string> = {}): Record<string, string> {
  const separator = pair.indexOf("=");
  if (separator < 1) throw new UsageError(`--input ${pair}: expected handle=value.`);
  return { ...previous, [pair.slice(0, separator)]: pair.slice(separator + 1) };
}

/** Inputs from a JSON file, or from stdin for `-`; none without a file. A list is for the nodes of a flow. */
export async function readInputs(file: string | undefined): Promise<TaskInputValues> {
  if (file === undefined) return {};
  const source = file === "-" ? "stdin" : `"${file}"`;
  const content = await (file === "-" ? text(process.stdin) : readFile(file, "utf8")).catch(
    (cause: unknown) => {
      throw new UsageError(`The inputs could not be read from ${source}: ${String(cause)}`, { cause });
    },
  );
  const inexact = findInexactNumber(content);
  if (inexact) {
    const place = inexact.path.join("/");
    throw new UsageError(
      `The inputs in ${source} hold, at ${place}, ${inexact.description}; give it as text.`,
    );
  }
  const inputs = parse(content);
  if (typeof inputs === "object" && inputs !== null) return inputs as TaskInputValues;
  throw new UsageError(
    `The inputs in ${source} must be a JSON object { handle: value }, or for the nodes of a flow a list of { nodeId, inputs: [{ handle, value }] }.`,
  );
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
