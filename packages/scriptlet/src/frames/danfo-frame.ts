import type { FrameView } from "./frame-view.ts";

/** A `DataFrame` of danfojs. */
export interface DanfoFrame {
  readonly columns: string[];
  readonly dtypes: string[];
  readonly shape: number[];
  readonly values: unknown;
}

export function isDanfo(value: object): value is DanfoFrame {
  const { columns, dtypes, shape } = value as Partial<DanfoFrame>;
  return Array.isArray(columns) && Array.isArray(dtypes) && Array.isArray(shape) && shape.length === 2;
}

export function viewDanfo({ columns, dtypes, shape: [rowCount = 0], values }: DanfoFrame): FrameView {
  const rows = values as unknown[][];
  return { columns, types: dtypes, rowCount, rows: (start, end) => rows.slice(start, end) };
}
