import { UnencodableValueError } from "../errors/unencodable-value-error.ts";
import { duckDbJson, isDuckDbValue } from "./duckdb-value.ts";
import { jsonForm, refusalOf } from "./json-form.ts";
import type { JsonValue } from "./messages.ts";
import { illFormed, isWellFormed, wellFormed } from "./well-formed.ts";

/** The engine's JSON parser gives up at about 128 levels (oocana-protocol 2.3). */
export const maxDepth = 120;

/** What JSON has no form for, and what was done about it: `"it is a promise; await it first"`. */
export interface Loss {
  path: string;
  reason: string;
}

export interface PlainJsonOptions {
  /** Whether to throw for a value that no JSON can stand for, such as a cycle; otherwise a note is written in its place. */
  strict: boolean;
  /** The place of the value, for errors and losses. Default `""`. */
  path?: string;
  /** Hears of each part that is left out, or sent as null, as a note or changed. */
  onLoss?: (loss: Loss) => void;
}

/**
 * A copy that `JSON.stringify` accepts, in which values without a JSON form of their own have the documented one (guide
 * "Values"): a Map its entries, a Set or typed array a list, an Error its name, message and stack. Undefined for a value
 * that is left out, such as a function.
 *
 * @throws `UnencodableValueError` only if strict.
 */
export function toPlainJson(
  value: unknown,
  { strict, path = "", onLoss = () => undefined }: PlainJsonOptions,
): JsonValue | undefined {
  return copy(value, path, { strict, onLoss, ancestors: [] });
}

interface Walk {
  strict: boolean;
  onLoss: (loss: Loss) => void;
  ancestors: object[];
}

/** Undefined means: omit the key, as `JSON.stringify` does. */
function copy(raw: unknown, path: string, walk: Walk): JsonValue | undefined {
  const value = viaToJson(raw, path, walk);
  switch (typeof value) {
    case "string":
      return copyText(value, path, walk);
    case "number":
      if (Number.isFinite(value)) return value;
      walk.onLoss({ path, reason: `${value} is sent as null, since JSON has no such number` });
      return null;
    case "boolean":
      return value;
    case "bigint":
      if (Number.isSafeInteger(Number(value))) return Number(value);
      // Its text loses nothing.
      return walk.strict ? fail(path, "it is a BigInt beyond 2^53; convert it with String()") : `${value}`;
    case "object":
      return value === null ? null : copyObject(value, path, walk);
    case "undefined":
      return undefined;
    default:
      return leaveOut(walk, path, `a ${typeof value} cannot be sent`);
  }
}

function copyObject(object: object, path: string, walk: Walk): JsonValue | undefined {
  if (object instanceof Number || object instanceof String || object instanceof Boolean) {
    return copy(object.valueOf(), path, walk);
  }
  const form = jsonForm(object);
  if (form === undefined) return leaveOut(walk, path, refusalOf(object));
  if (typeof form === "string") return copyText(form, path, walk);
  const value = form;
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
      const inner = path === "" ? key : `${path}.${key}`;
      const copied = copy(item, inner, walk);
      if (copied === undefined) continue;
      // Assignment to __proto__ would be lost.
      Object.defineProperty(result, copyText(key, inner, walk), {
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

function copyText(text: string, path: string, walk: Walk): string {
  if (isWellFormed(text)) return text;
  walk.onLoss({ path, reason: illFormed });
  return wellFormed(text);
}

function viaToJson(value: unknown, path: string, walk: Walk): unknown {
  try {
    // Any object or function, and BigInt by its prototype, may carry a toJSON.
    if (value !== Object(value) && typeof value !== "bigint") return value;
    const custom = value as { toJSON?: unknown };
    if (typeof custom.toJSON === "function") return custom.toJSON(path);
    // Its decimals, times and lists have properties in place of a toJSON.
    return isDuckDbValue(custom) ? duckDbJson(custom) : value;
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

function leaveOut(walk: Walk, path: string, reason: string): undefined {
  walk.onLoss({ path, reason });
}

function note(walk: Walk, path: string, reason: string, text: string): string {
  if (walk.strict) fail(path, reason);
  walk.onLoss({ path, reason });
  return text;
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
