import type { Handle } from "./block-schemas.ts";
import { fileInputOf } from "./file-input.ts";

/** What a model has given to a tool made from a block. */
export interface ToolArguments {
  inputValues: Record<string, unknown>;
  /** The texts that lead to files, by input. */
  files: ReadonlyMap<string, readonly string[]>;
}

/** @throws {Error} for an integer that may be another than the model wrote. */
export function readToolArguments(
  inputs: readonly Handle[],
  given: Readonly<Record<string, unknown>>,
): ToolArguments {
  for (const [argument, value] of Object.entries(given)) requireExact(argument, value);
  const files = new Map<string, string[]>();
  const inputValues: Record<string, unknown> = { ...given };
  for (const input of inputs) {
    if (!fileInputOf(input.json_schema)) continue;
    if (!Object.hasOwn(given, input.handle)) continue;
    const texts = [given[input.handle]].flat().filter((text) => typeof text === "string");
    if (texts.length === 0) continue;
    files.set(input.handle, texts);
    delete inputValues[input.handle];
  }
  return { inputValues, files };
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
    // One by one: a list may be longer than a call may have arguments.
    if (typeof one === "object" && one !== null) for (const inner of Object.values(one)) open.push(inner);
  }
}
