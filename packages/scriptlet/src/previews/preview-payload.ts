import type { DataFrame } from "../frames/data-frame.ts";
import type { SvgElement } from "../values/element.ts";

/** A table as rows of cells. */
export interface TableData {
  columns: (string | number)[];
  rows: readonly (readonly unknown[])[];
  /** How many rows the whole table has, if `rows` is only a part. */
  row_count?: number;
  /** A type for each column, which is shown below its name. */
  types?: string[];
}

/** A URL, a path, a data URL or base64. */
export type PreviewSource = string;

/** Bytes of a text in UTF-8, at once or piece by piece; pieces may also be text. */
export type PreviewBytes = Uint8Array | ArrayBuffer | Blob | AsyncIterable<Uint8Array | string>;

/** A source, or the bytes themselves, whose first ones tell their format; they are written to a file of the session. */
export type PreviewMedia =
  | PreviewSource
  | URL
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | AsyncIterable<Uint8Array | string>;

/**
 * The argument of `context.preview`. Any other `type` with `data` passes through unchanged. A later preview of the block with the
 * same `id` takes the place of an earlier one.
 */
export type PreviewPayload = { id?: string } & (
  | { type: "image"; data: PreviewMedia | SvgElement | (PreviewMedia | SvgElement)[] }
  | { type: "html"; data: PreviewSource | SvgElement | PreviewBytes }
  | { type: "video" | "audio"; data: PreviewMedia }
  | { type: "markdown" | "iframe"; data: PreviewSource | PreviewBytes }
  | { type: "json" | "text" | `text/${string}`; data: unknown }
  | { type: "table"; data: TableData | DataFrame | PreviewSource | PreviewBytes }
  | { type: "csv"; data: PreviewSource | PreviewBytes }
  | { type: string; data: unknown }
);
