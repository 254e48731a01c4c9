import type { FrameView } from "./frame-view.ts";

/** Of so many rows at once. */
const rowsAtOnce = 1000;

/** A data frame as JSON has it: a record for each row; of a series its values. */
export function jsonRows({ columns, rows, isSeries }: FrameView, start: number, end: number): unknown[] {
  const names = columns.map(String);
  return rows(start, end).map((row) =>
    isSeries ? row[0] : Object.fromEntries(names.map((name, column) => [name, row[column]])),
  );
}

/** The same of all rows, piece by piece, since together they may be larger than any message. */
export function* allJsonRows(view: FrameView): Generator<unknown[]> {
  for (let start = 0; start < view.rowCount; start += rowsAtOnce)
    yield jsonRows(view, start, Math.min(start + rowsAtOnce, view.rowCount));
}
