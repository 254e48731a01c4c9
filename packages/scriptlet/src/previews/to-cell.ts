import { bytesOf } from "../wire/bytes-of.ts";
import { duckDbJson, isDuckDbValue } from "../wire/duckdb-value.ts";
import { jsonForm, refusalOf } from "../wire/json-form.ts";
import { illFormed, isWellFormed } from "../wire/well-formed.ts";

export type Cell = string | number | boolean | null;

/** Hears of a value, or a part of one, that no cell can show, and why. */
type OnLoss = (reason: string) => void;

/**
 * A value as a cell of a table, in JSON and in CSV: text for whatever has a form as text (`toJSON`, decimals and times of
 * DuckDB), bytes in hexadecimal (`\x00ff`), JSON for lists and objects. Empty for what has no form, of which `onLoss` hears.
 * Never throws.
 */
export function toCell(value: unknown, onLoss: OnLoss = () => undefined): Cell {
  switch (typeof value) {
    case "string":
      if (!isWellFormed(value)) onLoss(illFormed);
      return value;
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "undefined":
      return null;
    case "object":
      return value === null ? null : objectCell(value, onLoss);
    default:
      onLoss(`a ${typeof value} cannot be shown`);
      return null;
  }
}

function objectCell(object: object, onLoss: OnLoss): Cell {
  try {
    const form = formOf(object);
    if (form === undefined) onLoss(refusalOf(object));
    if (typeof form !== "object" || form === null) return toCell(form, onLoss);
    return JSON.stringify(form, nestedForms(onLoss)) ?? null;
  } catch (error) {
    // A cycle or a `toJSON` that throws; the preview shows the rest.
    onLoss(`it could not be written as JSON (${firstLine(error)})`);
    return null;
  }
}

/** Undefined if nothing can stand for it. */
function formOf(object: object): unknown {
  const bytes = bytesOf(object);
  if (bytes !== undefined) return hex(bytes);
  if (isDuckDbValue(object)) return duckDbJson(object);
  if (!("toJSON" in object) || typeof object.toJSON !== "function") return jsonForm(object);
  return object.toJSON("") ?? invalidText(object);
}

/** An invalid date is null in JSON, and would look like an empty cell. */
function invalidText(object: object): string | null {
  const text = String(object);
  return /^invalid /i.test(text) ? text : null;
}

/** A replacer of `JSON.stringify`, which has called the `toJSON` of a value by then. */
function nestedForms(onLoss: OnLoss) {
  return function (this: unknown, key: string, value: unknown): unknown {
    if (typeof value === "bigint") return toCell(value);
    if (typeof value === "function" || typeof value === "symbol") return toCell(value, onLoss) ?? undefined;
    if (typeof value !== "object" || value === null) return value;
    const bytes = bytesOf((this as Record<string, unknown>)[key]);
    if (bytes !== undefined) return hex(bytes);
    const form = jsonForm(value);
    if (form === undefined) onLoss(refusalOf(value));
    return form ?? null;
  };
}

/** As PostgreSQL writes bytes. */
function hex(bytes: Uint8Array): string {
  return `\\x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function firstLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : "a value that is no Error").split("\n");
  return line;
}
