import { isRecord } from "../form/nested-schema.ts";

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly unknown[])[];
  /** Rows of the whole table, of which these may be a part. */
  rowCount: number;
}

/** A table out of `{ columns, rows, row_count? }` or a list of records; `undefined` for anything else. */
export function tableOf(data: unknown): Table | undefined {
  if (Array.isArray(data)) return fromRecords(data.filter(isRecord));
  if (!isRecord(data) || !Array.isArray(data.rows)) return undefined;
  const rows = data.rows.map((row: unknown): readonly unknown[] => (Array.isArray(row) ? row : [row]));
  const columns = Array.isArray(data.columns) ? data.columns.map(String) : [];
  return { columns, rows, rowCount: typeof data.row_count === "number" ? data.row_count : rows.length };
}

/** `rowCount` where the file holds a part of the table alone. */
export function tableOfCsv(
  [columns = [], ...rows]: readonly (readonly string[])[],
  rowCount: unknown = undefined,
): Table {
  return { columns, rows, rowCount: typeof rowCount === "number" ? rowCount : rows.length };
}

function fromRecords(records: readonly Record<string, unknown>[]): Table {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) => columns.map((column) => record[column]));
  return { columns, rows, rowCount: rows.length };
}
