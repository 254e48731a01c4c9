/** A table of a data frame library, recognized by its shape: Apache Arrow, Arquero, nodejs-polars, or an array of records. */
export type DataFrame = ArrowTable | ArqueroTable | PolarsDataFrame | readonly object[];

/** Apache Arrow's `Table` and `RecordBatch`. */
interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: unknown; readonly type: unknown }[] };
  getChildAt(index: number): { get(index: number): unknown } | null;
}

interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  /** Honours filter and order. */
  get(column: string, row: number): unknown;
}

interface PolarsDataFrame {
  readonly columns: string[];
  readonly height: number;
  slice(offset: number, length: number): { rows(): unknown[][] };
}

/** Any data frame, read the same way. */
export interface FrameView {
  columns: string[];
  rowCount: number;
  /** Rows from `start`, before `end`. */
  rows(start: number, end: number): unknown[][];
}

/** A view of a value that is a data frame; undefined for any other value. */
export function viewFrame(value: unknown): FrameView | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return viewRecords(value);
  if (isArrow(value)) return viewArrow(value);
  if (isArquero(value)) return viewArquero(value);
  return isPolars(value) ? viewPolars(value) : undefined;
}

function viewRecords(records: readonly unknown[]): FrameView {
  const objects = records.map((record) => Object(record) as Record<string, unknown>);
  const columns = [...new Set(objects.flatMap((record) => Object.keys(record)))];
  const toRow = (record: Record<string, unknown>) => columns.map((column) => record[column]);
  return { columns, rowCount: objects.length, rows: (start, end) => objects.slice(start, end).map(toRow) };
}

function isArrow(value: object): value is ArrowTable {
  const { numRows, schema } = value as Partial<ArrowTable>;
  return typeof numRows === "number" && typeof schema === "object" && hasMethod(value, "getChildAt");
}

function viewArrow(table: ArrowTable): FrameView {
  const { fields } = table.schema;
  // Times are plain numbers of milliseconds; only the type tells them from counts.
  const isTime = fields.map(({ type }) => /^(Date|Timestamp)/.test(String(type)));
  const children = fields.map((_, column) => table.getChildAt(column));
  const cell = (column: number, row: number) => {
    const value = children[column]?.get(row);
    return isTime[column] && typeof value === "number" ? new Date(value) : value;
  };
  return {
    columns: fields.map(({ name }) => String(name)),
    rowCount: table.numRows,
    rows: (start, end) =>
      range(start, Math.min(end, table.numRows)).map((row) => fields.map((_, column) => cell(column, row))),
  };
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
    rows: (start, end) =>
      range(start, Math.min(end, rowCount)).map((row) => columns.map((column) => table.get(column, row))),
  };
}

function isPolars(value: object): value is PolarsDataFrame {
  // A proxy in which `in` finds only columns.
  const { columns, height } = value as Partial<PolarsDataFrame>;
  return Array.isArray(columns) && typeof height === "number" && hasMethod(value, "slice");
}

function viewPolars(frame: PolarsDataFrame): FrameView {
  const { columns, height } = frame;
  return {
    columns,
    rowCount: height,
    rows: (start, end) => frame.slice(start, Math.min(end, height) - start).rows(),
  };
}

function hasMethod(value: object, name: string): boolean {
  return typeof (value as Record<string, unknown>)[name] === "function";
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}
