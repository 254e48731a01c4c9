/**
 * Whether `JSON.stringify` alone gives what is meant: nothing in the value needs a form of its own or a word about its loss. What
 * contains itself counts as plain, since `JSON.stringify` refuses it.
 */
export function isPlainJson(value: unknown): boolean {
  try {
    return isPlain(value, new Set());
  } catch {
    // A getter that throws; or too deep.
    return false;
  }
}

function isPlain(value: unknown, seen: Set<object>): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null || seen.has(value)) return true;
  seen.add(value);
  if (Array.isArray(value)) {
    for (const item of value) if (!isPlain(item, seen)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    if (!isPlain((value as Record<string, unknown>)[key], seen)) return false;
  }
  return true;
}
