import type { InputTaker } from "./input-taker.ts";

/** Adds to `given` what the manifest has for inputs without a value; answers the handles that still have none. */
export function fillDefaults({ inputs }: InputTaker, given: Map<string, unknown>): string[] {
  const missing: string[] = [];
  for (const input of inputs) {
    if (given.has(input.handle)) continue;
    // A key `value` with nothing behind it is an explicit null.
    if (Object.hasOwn(input, "value")) given.set(input.handle, structuredClone(input.value));
    else if (input.nullable) given.set(input.handle, null);
    else missing.push(input.handle);
  }
  return missing;
}
