import type { DataFrame } from "./data-frame.ts";
import type { SvgElement } from "./plot.ts";

/** A table as rows of cells. */
export interface TableData {
  columns: (string | number)[];
  rows: (string | number | boolean | null | undefined)[][];
  /** How many rows the whole table has, if `rows` is only a part. */
  row_count?: number;
}

/** A URL, a path, a data URL or base64. */
export type PreviewSource = string;

/** The argument of `context.preview`. Any other `type` with `data` passes through unchanged. */
export type PreviewPayload =
  | { type: "image"; data: PreviewSource | SvgElement | (PreviewSource | SvgElement)[] }
  | { type: "html"; data: PreviewSource | SvgElement }
  | { type: "video" | "audio" | "markdown" | "iframe"; data: PreviewSource }
  | { type: "json" | "text" | `text/${string}`; data: unknown }
  | { type: "table"; data: TableData | DataFrame | PreviewSource }
  | { type: "csv"; data: PreviewSource }
  | { type: string; data: unknown };
