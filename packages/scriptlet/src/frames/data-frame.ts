import { type ArrowTable, isArrow, isArrowVector, viewArrow, viewArrowVector } from "./arrow-frame.ts";
import type { ArrowVector } from "./arrow-value.ts";
import { type DanfoFrame, isDanfo, viewDanfo } from "./danfo-frame.ts";
import { type DuckDbReader, isDuckDb, viewDuckDb } from "./duckdb-frame.ts";
import { hasMethod, rowsByCell } from "./frame-parts.ts";
import type { FrameView } from "./frame-view.ts";
import {
  isPolars,
  isPolarsSeries,
  type PolarsDataFrame,
  type PolarsSeries,
  viewPolars,
  viewSeries,
} from "./polars-frame.ts";
import { viewList } from "./record-frame.ts";

/**
 * A table of a data frame library, recognized by its shape: Apache Arrow, Arquero, nodejs-polars, danfojs, a result of DuckDB,
 * or an array of records; of an array of anything else, of a series and of a vector the values.
 */
export type DataFrame =
  | ArrowTable
  | ArrowVector
  | ArqueroTable
  | PolarsDataFrame
  | PolarsSeries
  | DanfoFrame
  | DuckDbReader
  | readonly unknown[];

interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  /** Honours filter and order. */
  get(column: string, row: number): unknown;
}

/** A view of a value that is a data frame or a list; undefined for any other value. */
export function viewFrame(value: unknown): FrameView | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Array.isArray(value) ? viewList(value) : viewTable(value);
}

/** The same for what libraries have alone. */
export function viewTable(value: object): FrameView | undefined {
  // First: its columns may have the names of what the others are recognized by.
  if (isPolars(value)) return viewPolars(value);
  if (isPolarsSeries(value)) return viewSeries(value);
  if (isArrow(value)) return viewArrow(value);
  if (isArrowVector(value)) return viewArrowVector(value);
  if (isArquero(value)) return viewArquero(value);
  if (isDuckDb(value)) return viewDuckDb(value);
  return isDanfo(value) ? viewDanfo(value) : undefined;
}

function isArquero(value: object): value is ArqueroTable {
  return hasMethod(value, "columnNames") && hasMethod(value, "numRows") && hasMethod(value, "get");
}

function viewArquero(table: ArqueroTable): FrameView {
  const columns = table.columnNames();
  const rowCount = table.numRows();
  return {
    columns,
    rowCount,
    rows: rowsByCell(rowCount, columns.length, (column, row) => table.get(columns[column] as string, row)),
  };
}
