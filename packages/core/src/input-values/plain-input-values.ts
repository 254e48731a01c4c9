import type { NodeInputs, TaskInputValues } from "../types.ts";
import { deepestNesting } from "../wire/nesting.ts";
import { blockItself } from "./block-itself.ts";

/**
 * The node form of `{ handle: value }` if JSON carries every value as it is, which takes one look at each and copies none.
 * Otherwise nothing: `normalizeInputValues` knows the other forms, and why a value cannot be sent.
 */
export function plainInputValues(inputValues: TaskInputValues | undefined): NodeInputs[] | undefined {
  if (inputValues === undefined) return [];
  if (!isPlainObject(inputValues)) return undefined;
  const inputs = Object.entries(inputValues)
    .map(([handle, value]) => ({ handle, value }))
    .filter(({ value }) => value !== undefined);
  return inputs.every(({ value }) => isJson(value, deepestNesting))
    ? [{ nodeId: blockItself, inputs }]
    : undefined;
}

/** JSON omits what is undefined in an object, and sends null for it in a list. */
function isJson(value: unknown, levels: number): boolean {
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean")
    return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || levels === 0) return false;
  const isWithin = (item: unknown) => isJson(item, levels - 1);
  return Array.isArray(value)
    ? value.every(isWithin)
    : isPlainObject(value) && Object.values(value).every(isWithin);
}

function isPlainObject(value: unknown): value is object {
  if (value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
