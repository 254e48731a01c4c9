import type { JobFiles } from "../values/value-stores.ts";
import { type DataFrame, type FrameView, viewFrame } from "./data-frame.ts";
import { isElement, type Plot, plotPreview, toImageSource } from "./plot.ts";
import type { PreviewPayload } from "./preview-payload.ts";
import { toCell } from "./to-cell.ts";
import { toCsv } from "./to-csv.ts";

/** A data frame with more rows is too large for a screen. */
const maxRows = 1000;
const gap = "…";

/** The argument of `context.preview`. */
export type Previewable = PreviewPayload | DataFrame | Plot | string;

/**
 * The payload of a Preview request (oocana-protocol 6.5): tables become CSV files, large data frames their first and last rows,
 * plots images or pages. A promise only if a file is written.
 *
 * @throws `TypeError` for a value that cannot be shown.
 */
export function preparePreview(
  payload: Previewable,
  id: string | undefined,
  files: JobFiles,
): object | Promise<object> {
  const preview = asPreview(payload);
  const identified = id === undefined ? preview : { ...preview, id };
  const { type, data } = preview;
  if (type === "image") {
    return { ...identified, data: Array.isArray(data) ? data.map(toImageSource) : toImageSource(data) };
  }
  if (type === "html" && isElement(data)) return { ...identified, data: data.outerHTML };
  if (type !== "table") return identified;

  const frame = viewFrame(data);
  if (frame !== undefined && frame.rowCount > maxRows) return { ...identified, data: firstAndLast(frame) };
  const table = frame === undefined ? asTable(data) : [frame.columns, frame.rows(0, frame.rowCount)];
  if (table === undefined) return identified;
  const [columns = [], rows = []] = table;
  return files
    .writeCsv(toCsv(columns, rows as unknown[][]))
    .then((path) => ({ ...identified, data: path, ...rowCountOf(data) }));
}

function asPreview(payload: Previewable): { type: string; data: unknown } {
  const isTyped = typeof payload === "object" && payload !== null && "type" in payload;
  if (isTyped && typeof payload.type === "string") return payload as { type: string; data: unknown };
  if (viewFrame(payload) !== undefined) return { type: "table", data: payload };
  const plot = plotPreview(payload);
  if (plot !== undefined) return plot;
  throw new TypeError(
    'preview() needs { type, data }, such as { type: "text", data: "hello" }, a data frame, an array of records, or a plot.',
  );
}

/** The gap between them is a row of dots. */
function firstAndLast({ columns, rowCount, rows }: FrameView): object {
  const half = maxRows / 2;
  const shown = [...rows(0, half), columns.map(() => gap), ...rows(rowCount - half, rowCount)];
  return { columns, rows: shown.map((row) => row.map(toCell)), row_count: rowCount };
}

/** A table that the block itself has cut is written as it is, with the block's count. */
function asTable(data: unknown): [unknown[], unknown[][]] | undefined {
  if (typeof data !== "object" || data === null || !("rows" in data) || !Array.isArray(data.rows))
    return undefined;
  const columns = "columns" in data && Array.isArray(data.columns) ? data.columns : [];
  return [columns, data.rows.map((row: unknown) => (Array.isArray(row) ? row : [row]))];
}

function rowCountOf(data: unknown): { row_count?: number } {
  const count = typeof data === "object" && data !== null && "row_count" in data ? data.row_count : undefined;
  return typeof count === "number" ? { row_count: count } : {};
}
