import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { UsageError } from "./exit-codes.ts";

/** Adds `handle=value` to the inputs so far. A value that is JSON is parsed, any other is text. */
export function collectInput(pair: string, previous: Record<string, unknown> = {}): Record<string, unknown> {
  const separator = pair.indexOf("=");
  if (separator < 1) throw new UsageError(`--input ${pair}: expected handle=value.`);
  const value = pair.slice(separator + 1);
  return { ...previous, [pair.slice(0, separator)]: parseValue(value) };
}

/** Inputs from a JSON file, or from stdin for `-`; none without a file. */
export async function readInputs(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const source = file === "-" ? "stdin" : `"${file}"`;
  const content = await (file === "-" ? text(process.stdin) : readFile(file, "utf8")).catch(
    (cause: unknown) => {
      throw new UsageError(`The inputs could not be read from ${source}: ${String(cause)}`, { cause });
    },
  );
  const inputs = parseObject(content);
  if (!inputs) throw new UsageError(`The inputs in ${source} must be a JSON object { handle: value }.`);
  return inputs;
}

function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function parseObject(content: string): Record<string, unknown> | undefined {
  const value = parseValue(content);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
