import { isRecord } from "../form/nested-schema.ts";
import { shortJson } from "../ui/short-json.ts";

export interface Table {
  columns: readonly string[];
  rowsThere: number;
  /** Rows of the whole table, of which those that are there may be a part. */
  rowCount: number;
  /** Read only as far as it is looked at: of 200,000 columns most never are. */
  cell(row: number, column: number): unknown;
}

/** A table out of `{ columns, rows, row_count? }` or a list of records; `undefined` for anything else. */
export function tableOf(data: unknown): Table | undefined {
  if (Array.isArray(data)) return fromRecords(data.filter(isRecord));
  if (!isRecord(data) || !Array.isArray(data.rows)) return undefined;
  const columns = Array.isArray(data.columns) ? data.columns.map(cellText) : [];
  return fromRows(columns, data.rows, data.row_count);
}

/** `rowCount` where the file holds a part of the table alone. */
export function tableOfCsv(
  [columns = [], ...rows]: readonly (readonly string[])[],
  rowCount: unknown = undefined,
): Table {
  return fromRows(columns, rows, rowCount);
}

const longestCell = 500;

/** What a cell shows: no more than anybody reads there. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return shortJson(value, longestCell, 0).text;
  const text = String(value);
  return text.length > longestCell ? `${text.slice(0, longestCell)}…` : text;
}

function fromRows(columns: readonly string[], rows: readonly unknown[], rowCount: unknown): Table {
  return {
    columns,
    rowsThere: rows.length,
    rowCount: typeof rowCount === "number" ? rowCount : rows.length,
    cell(row, column) {
      const cells = rows[row];
      if (Array.isArray(cells)) return cells[column];
      return column === 0 ? cells : undefined;
    },
  };
}

function fromRecords(records: readonly Record<string, unknown>[]): Table {
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  const columns = [...names];
  return {
    columns: columns.map(cellText),
    rowsThere: records.length,
    rowCount: records.length,
    cell(row, column) {
      const [record, name] = [records[row], columns[column]];
      return record && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
    },
  };
}
