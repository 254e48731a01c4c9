import { isWellFormed } from "./well-formed.ts";

/** Whether `JSON.stringify` alone gives what is meant: nothing in the value needs a form of its own or a word about its loss. */
export function isPlainJson(value: unknown): boolean {
  try {
    return isPlain(value, new Map());
  } catch {
    // A getter that throws; or too deep.
    return false;
  }
}

/** `seen`: whether its parts are still being looked at, so that it contains itself if it comes again. */
function isPlain(value: unknown, seen: Map<object, boolean>): boolean {
  switch (typeof value) {
    case "string":
      return isWellFormed(value);
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
  if (value === null) return true;
  const isOpen = seen.get(value);
  if (isOpen !== undefined) return !isOpen;
  seen.set(value, true);
  const isWhole = Array.isArray(value) ? areItemsPlain(value, seen) : arePropertiesPlain(value, seen);
  seen.set(value, false);
  return isWhole;
}

function areItemsPlain(list: readonly unknown[], seen: Map<object, boolean>): boolean {
  for (const item of list) if (!isPlain(item, seen)) return false;
  return true;
}

function arePropertiesPlain(object: object, seen: Map<object, boolean>): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  let isEmpty = true;
  for (const key in object) {
    isEmpty = false;
    if (!isWellFormed(key) || !isPlain((object as Record<string, unknown>)[key], seen)) return false;
  }
  // A data frame of polars without columns looks like that, too.
  return !isEmpty || Object.prototype.toString.call(object) === "[object Object]";
}
