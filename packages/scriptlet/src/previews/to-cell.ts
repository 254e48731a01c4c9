export type Cell = string | number | boolean | null;

/** A value as a cell of a table in JSON or CSV. Never throws. */
export function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  try {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "object") return JSON.stringify(value, toJsonValue) ?? null;
    return String(value);
  } catch {
    // A cycle, an invalid date, a throwing toJSON: the preview shows the rest.
    return Object.prototype.toString.call(value);
  }
}

function toJsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? toCell(value) : value;
}
