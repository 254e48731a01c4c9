import type { FrameView } from "./frame-view.ts";

/** Asks the value itself: `in` of a proxy may know nothing but columns. */
export function hasMethod(value: object, name: string): boolean {
  return typeof (value as Record<string, unknown>)[name] === "function";
}

/** The whole numbers from `start`, before `end`. */
export function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

/** The rows of a library that gives one cell at a time. */
export function rowsByCell(
  rowCount: number,
  columnCount: number,
  cellAt: (column: number, row: number) => unknown,
): FrameView["rows"] {
  const columns = range(0, columnCount);
  return (start, end) =>
    range(start, Math.min(end, rowCount)).map((row) => columns.map((column) => cellAt(column, row)));
}

/** Rows out of columns of the same length. */
export function rowsOf(columns: readonly (readonly unknown[])[]): unknown[][] {
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]));
}
