/** Any data frame, read the same way. */
export interface FrameView {
  columns: string[];
  /** The library's own names of the columns' types, such as `Float64`; absent if it has none. */
  types?: string[];
  rowCount: number;
  /** Whether it is one column by itself, which is a list of its values in JSON. */
  isSeries?: boolean;
  /** Rows from `start`, before `end`. Their values become cells by `toCell`. */
  rows(start: number, end: number): unknown[][];
}
