import { isRecord } from "../values.ts";

/** Whether two values are equal as JSON: in whichever order their properties are, and whatever these are called. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isSameJson(item, other[index]));
  }
  if (!isRecord(one) || !isRecord(other)) return one === other;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]));
}

/** Whether a list holds no two values that are equal as JSON. */
export function isWithoutRepeats(items: readonly unknown[]): boolean {
  return new Set(items.map(canonicalText)).size === items.length;
}

/** The same text for equal values. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (isRecord(inner) ? inOrder(inner) : inner));
}

function inOrder(record: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(record);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
