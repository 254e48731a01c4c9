import { jsonForm } from "../wire/json-form.ts";
import { duckDbJson, isDuckDbValue } from "./duckdb-value.ts";

export type Cell = string | number | boolean | null;

/**
 * A value as a cell of a table, in JSON and in CSV: text for whatever has a form as text (`toJSON`, decimals and times of
 * DuckDB), bytes in hexadecimal (`\x00ff`), JSON for lists and objects. Never throws.
 */
export function toCell(value: unknown): Cell {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "undefined":
      return null;
    case "object":
      return value === null ? null : objectCell(value);
    default:
      return told(value, String);
  }
}

function objectCell(object: object): Cell {
  return told(object, () => {
    const form = formOf(object);
    if (form === undefined) return nameOf(object);
    return typeof form === "object" && form !== null ? (JSON.stringify(form, nested) ?? null) : toCell(form);
  });
}

/** Whether an object is one value, although it has names, or a `toJSON` that gives some. */
export function isCellValue(object: object): boolean {
  return bytesOf(object) !== undefined || isDuckDbValue(object);
}

/** Undefined if nothing can stand for it. */
function formOf(object: object): unknown {
  const bytes = bytesOf(object);
  if (bytes !== undefined) return hex(bytes);
  if (isDuckDbValue(object)) return duckDbJson(object);
  if (!("toJSON" in object) || typeof object.toJSON !== "function") return jsonForm(object);
  // An invalid date is null in JSON, and would look like an empty cell.
  return object.toJSON("") ?? undefined;
}

/** A replacer of `JSON.stringify`, which has called the `toJSON` of a value by then. */
function nested(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return toCell(value);
  if (typeof value !== "object" || value === null) return value;
  const bytes = bytesOf((this as Record<string, unknown>)[key]);
  return bytes === undefined ? (jsonForm(value) ?? null) : hex(bytes);
}

/** A Buffer counts too; a typed array of other numbers is a list. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return Object.prototype.toString.call(value) === "[object Uint8Array]" ? (value as Uint8Array) : undefined;
}

/** As PostgreSQL writes bytes. */
function hex(bytes: Uint8Array): string {
  return `\\x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** A cycle or a throwing `toJSON` is its name; the preview shows the rest. */
function told<Value>(value: Value, tell: (value: Value) => Cell): Cell {
  try {
    return tell(value);
  } catch {
    return nameOf(value);
  }
}

function nameOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
