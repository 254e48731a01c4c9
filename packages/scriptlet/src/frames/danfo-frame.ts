import { hasMethod } from "./frame-parts.ts";
import type { FrameView } from "./frame-view.ts";

/** A `DataFrame` or a `Series` of danfojs. */
export interface DanfoFrame {
  readonly columns: string[];
  readonly dtypes: string[];
  readonly shape: number[];
  /** Rows; of a series its values. */
  readonly values: unknown;
  readonly $isSeries: boolean;
}

export function isDanfo(value: object): value is DanfoFrame {
  // Before its getters are called: data of a user may have such names.
  if (!hasMethod(value, "iloc")) return false;
  const { columns, dtypes, shape } = value as Partial<DanfoFrame>;
  return Array.isArray(columns) && Array.isArray(dtypes) && Array.isArray(shape) && shape.length === 2;
}

export function viewDanfo({ columns, dtypes, shape, values, $isSeries }: DanfoFrame): FrameView {
  const all = values as unknown[];
  const toRow = (row: unknown) => ($isSeries ? [row] : (row as unknown[]));
  return {
    columns: columns.map(String),
    types: dtypes,
    rowCount: shape[0] ?? 0,
    isSeries: $isSeries,
    rows: (start, end) => all.slice(start, end).map(toRow),
  };
}
