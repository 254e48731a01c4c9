import { InvalidInputError } from "./invalid-input-error.ts";

/** @throws {@link InvalidInputError} for anything but a number above 0. */
export function positive(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new InvalidInputError(name, `expected a number above 0, got ${String(value)}.`);
}

/** @throws {@link InvalidInputError} for anything but 0 or a number above 0. */
export function notNegative(name: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new InvalidInputError(name, `expected 0 or a number above it, got ${String(value)}.`);
}
