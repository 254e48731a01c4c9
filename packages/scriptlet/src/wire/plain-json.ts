import { UnencodableValueError } from "../errors/unencodable-value-error.ts";
import { duckDbJson, isDuckDbValue } from "./duckdb-value.ts";
import { jsonForm, refusalOf } from "./json-form.ts";
import type { LibraryForm } from "./library-form.ts";
import type { JsonValue } from "./messages.ts";
import { maxPayloadBytes, tooLargeFor } from "./payload-limit.ts";
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
  /** Knows the objects of libraries; undefined for any other. In what it gives integers beyond 2^53 are text. */
  formOf?: (object: object) => LibraryForm | undefined;
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
  { strict, path = "", onLoss = () => undefined, formOf = () => undefined }: PlainJsonOptions,
): JsonValue | undefined {
  const walk = { strict, onLoss, formOf, isExactText: !strict, ancestors: [], onCycles: new Set<object>() };
  return copy(value, path, walk);
}

interface Walk extends Required<Pick<PlainJsonOptions, "strict" | "onLoss" | "formOf">> {
  /** Whether integers beyond 2^53 become text. */
  isExactText: boolean;
  ancestors: object[];
  /** Those that contain themselves: to copy them again at each place would take for ever. */
  onCycles: Set<object>;
}

/** Undefined means: omit the key, as `JSON.stringify` does. */
function copy(raw: unknown, path: string, walk: Walk): JsonValue | undefined {
  if (typeof raw === "object" && raw !== null) {
    const form = libraryForm(raw, walk);
    if (form !== undefined) return copyForm(form, path, { ...walk, isExactText: true });
  }
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
      return walk.isExactText
        ? `${value}`
        : fail(path, "it is a BigInt beyond 2^53; convert it with String()");
    case "object":
      return value === null
        ? null
        : copyObject(value, typeof raw === "object" && raw ? raw : value, path, walk);
    case "undefined":
      return undefined;
    default:
      return leaveOut(walk, path, `a ${typeof value} cannot be sent`);
  }
}

/** `original` is whose `toJSON` gave the object, or the object itself: a Map or a `toJSON` gives another one each time. */
function copyObject(object: object, original: object, path: string, walk: Walk): JsonValue | undefined {
  if (object instanceof Number || object instanceof String || object instanceof Boolean) {
    return copy(object.valueOf(), path, walk);
  }
  const value = jsonForm(object);
  if (value === undefined) return leaveOut(walk, path, refusalOf(object));
  if (typeof value === "string") return copyText(value, path, walk);
  if (isOnCycle(original, walk)) return note(walk, path, "it contains itself", "[Circular]");
  if (walk.ancestors.length >= maxDepth) {
    return note(walk, path, `it is nested deeper than ${maxDepth} levels`, "[Too deep]");
  }
  walk.ancestors.push(original);
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

/** Notes what is on the way from the object to itself. */
function isOnCycle(object: object, { ancestors, onCycles }: Walk): boolean {
  const above = ancestors.indexOf(object);
  if (above < 0) return onCycles.has(object);
  for (const one of ancestors.slice(above)) onCycles.add(one);
  return true;
}

function libraryForm(object: object, walk: Walk): LibraryForm | undefined {
  try {
    return walk.formOf(object);
  } catch {
    // Whoever reads its properties tells why.
    return undefined;
  }
}

function copyForm(form: LibraryForm, path: string, walk: Walk): JsonValue | undefined {
  if ("refusal" in form) return leaveOut(walk, path, form.refusal);
  return "rows" in form ? copyRows(form, path, walk) : copy(form.value, path, walk);
}

type ListForm = Extract<LibraryForm, { rows: unknown }>;

function copyRows({ rows: pieces, count }: ListForm, path: string, walk: Walk): JsonValue {
  const rows: JsonValue[] = [];
  let length = 0;
  try {
    for (const piece of pieces) {
      const copied = piece.map((row, index) => copy(row, `${path}[${rows.length + index}]`, walk) ?? null);
      for (const row of copied) rows.push(row);
      length += JSON.stringify(copied).length;
      // Given up as soon as no message can hold it, also if the rest is half as long as what has been seen.
      const expected = (length / rows.length) * count;
      if (length > maxPayloadBytes || expected / 2 > maxPayloadBytes)
        return note(walk, path, tooLargeFor(maxPayloadBytes), "[Too large]");
    }
  } catch (error) {
    if (error instanceof UnencodableValueError) throw error;
    return note(walk, path, `reading it threw (${textOf(error)})`, "");
  }
  return rows;
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
