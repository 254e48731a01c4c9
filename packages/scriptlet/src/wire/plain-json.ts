import { UnencodableValueError } from "../errors/unencodable-value-error.ts";
import type { JsonValue } from "./messages.ts";
import { wellFormed } from "./well-formed.ts";

/** The engine's JSON parser gives up at about 128 levels (oocana-protocol 2.3). */
export const maxDepth = 120;

/**
 * A copy that `JSON.stringify` accepts. Strict: throws if a value would be lost. Otherwise writes a note in
 * its place, such as `[Circular]`.
 *
 * @throws `UnencodableValueError` only if strict.
 */
export function toPlainJson(value: unknown, { strict }: { strict: boolean }): JsonValue {
  return copy(value, "", { strict, ancestors: [] }) ?? null;
}

interface Walk {
  strict: boolean;
  ancestors: object[];
}

/** Undefined means: omit the key, as `JSON.stringify` does. */
function copy(raw: unknown, path: string, walk: Walk): JsonValue | undefined {
  const value = viaToJson(raw, path, walk);
  switch (typeof value) {
    case "string":
      return wellFormed(value);
    case "number":
      return Number.isFinite(value) ? value : null;
    case "boolean":
      return value;
    case "bigint":
      return walk.strict ? fail(path, "it is a BigInt; convert it with Number() or String()") : `${value}n`;
    case "object":
      return value === null ? null : copyObject(value, path, walk);
    default:
      return undefined;
  }
}

function copyObject(value: object, path: string, walk: Walk): JsonValue {
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return copy(value.valueOf(), path, walk) ?? null;
  }
  if (walk.ancestors.includes(value)) return note(walk, path, "it contains itself", "[Circular]");
  if (walk.ancestors.length >= maxDepth) {
    return note(walk, path, `it is nested deeper than ${maxDepth} levels`, "[Too deep]");
  }
  walk.ancestors.push(value);
  try {
    if (Array.isArray(value))
      return value.map((item, index) => copy(item, `${path}[${index}]`, walk) ?? null);
    const result: { [key: string]: JsonValue } = {};
    for (const [key, item] of entriesOf(value, path, walk)) {
      const copied = copy(item, path === "" ? key : `${path}.${key}`, walk);
      if (copied === undefined) continue;
      // Assignment to __proto__ would be lost.
      Object.defineProperty(result, wellFormed(key), {
        value: copied,
        enumerable: true,
        // Two keys may become one.
        configurable: true,
      });
    }
    return result;
  } finally {
    walk.ancestors.pop();
  }
}

function viaToJson(value: unknown, path: string, walk: Walk): unknown {
  try {
    // Any object or function, and BigInt by its prototype, may carry a toJSON.
    if (value !== Object(value) && typeof value !== "bigint") return value;
    const custom = value as { toJSON?: unknown };
    return typeof custom.toJSON === "function" ? custom.toJSON(path) : value;
  } catch (error) {
    return note(walk, path, `its toJSON threw (${textOf(error)})`, "[toJSON threw]");
  }
}

function entriesOf(value: object, path: string, walk: Walk): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch (error) {
    note(walk, path, `reading it threw (${textOf(error)})`, "");
    return [];
  }
}

function note(walk: Walk, path: string, reason: string, text: string): string {
  return walk.strict ? fail(path, reason) : text;
}

function fail(path: string, reason: string): never {
  throw new UnencodableValueError(path, reason);
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "a value without text";
  }
}
