import { hasMethod, rowsByCell } from "./frame-parts.ts";
import type { FrameView } from "./frame-view.ts";

/** What `runAndReadAll` of `@duckdb/node-api` gives. */
export interface DuckDbReader {
  readonly currentRowCount: number;
  columnNames(): readonly string[];
  columnTypes(): readonly { toString(): string }[];
  value(columnIndex: number, rowIndex: number): unknown;
}

export function isDuckDb(value: object): value is DuckDbReader {
  return hasMethod(value, "columnTypes") && hasMethod(value, "value") && "currentRowCount" in value;
}

export function viewDuckDb(reader: DuckDbReader): FrameView {
  const columns = [...reader.columnNames()];
  const rowCount = reader.currentRowCount;
  return {
    columns,
    types: reader.columnTypes().map(String),
    rowCount,
    rows: rowsByCell(rowCount, columns.length, (column, row) => reader.value(column, row)),
  };
}
