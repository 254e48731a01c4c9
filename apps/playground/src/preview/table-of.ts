import { isRecord } from "../form/nested-schema.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { jsonBeginning } from "../ui/json-pieces.ts";
import type { CsvRecords } from "./read-csv.ts";

export interface Table {
  columns: readonly string[];
  /** What the library that made it calls the columns' types; empty if nobody said. */
  types: readonly string[];
  rowsThere: number;
  /** One of the rows is none: the dots where a data frame was cut. */
  gap: number | undefined;
  /** Rows of the whole table, of which those that are there may be a part; undefined if nobody knows. */
  rowCount: number | undefined;
  /** Read only as far as it is looked at: of 200,000 columns most never are. */
  cell(row: number, column: number): unknown;
}

/** A table out of `{ columns, rows, row_count? }` or a list of records; `undefined` for anything else. */
export function tableOf(data: unknown): Table | undefined {
  if (Array.isArray(data)) return fromRecords(data.filter(isRecord));
  if (!isRecord(data) || !Array.isArray(data.rows)) return undefined;
  const columns = Array.isArray(data.columns) ? data.columns.map(cellText) : [];
  return fromRows(columns, data.rows, data);
}

/** A table out of the records of a CSV file, of which the last one may be half there. */
export function tableOfCsv(
  records: CsvRecords,
  { row_count: rowCount, types }: Pick<PreviewItem, "row_count" | "types">,
  isCut: boolean,
): Table {
  const rowsThere = Math.max(0, records.count - (isCut ? 2 : 1));
  return {
    columns: records.at(0),
    gap: undefined,
    types: typesOf(types),
    rowsThere,
    rowCount: typeof rowCount === "number" ? rowCount : isCut ? undefined : rowsThere,
    cell: (row, column) => records.at(row + 1)[column],
  };
}

const longestCell = 500;

/** What a cell shows: no more than anybody reads there. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return jsonBeginning(value, longestCell);
  const text = String(value);
  return text.length > longestCell ? `${text.slice(0, longestCell)}…` : text;
}

function fromRows(
  columns: readonly string[],
  rows: readonly unknown[],
  { row_count: rowCount, types }: { row_count?: unknown; types?: unknown },
): Table {
  return {
    columns,
    types: typesOf(types),
    rowsThere: rows.length,
    gap: typeof rowCount === "number" && rowCount >= rows.length ? gapIn(rows) : undefined,
    rowCount: typeof rowCount === "number" ? rowCount : rows.length,
    cell(row, column) {
      const cells = rows[row];
      if (Array.isArray(cells)) return cells[column];
      return column === 0 ? cells : undefined;
    },
  };
}

/** The row in the middle, if all of its cells are dots (scriptlet's `prepare-preview`). */
function gapIn(rows: readonly unknown[]): number | undefined {
  const middle = Math.floor(rows.length / 2);
  const cells = rows[middle];
  const isGap =
    Array.isArray(cells) && cells.length > 0 && cells.every((cell) => cell === "…" || cell === "...");
  return isGap ? middle : undefined;
}

function typesOf(types: unknown): readonly string[] {
  return Array.isArray(types) ? types.map(cellText) : [];
}

function fromRecords(records: readonly Record<string, unknown>[]): Table {
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  const columns = [...names];
  return {
    columns: columns.map(cellText),
    gap: undefined,
    types: [],
    rowsThere: records.length,
    rowCount: records.length,
    cell(row, column) {
      const [record, name] = [records[row], columns[column]];
      return record && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
    },
  };
}
