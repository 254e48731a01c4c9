import { type DataFrame, viewFrame } from "../frames/data-frame.ts";
import type { FrameView } from "../frames/frame-view.ts";
import { jsonRows } from "../frames/json-rows.ts";
import { unreadTable } from "../frames/unread-table.ts";
import { isElement } from "../values/element.ts";
import type { JobFiles } from "../values/value-stores.ts";
import { isPromise, type MediaOptions, mediaSources } from "./media-source.ts";
import { nameOf } from "./name-of.ts";
import { type Plot, plotPreview } from "./plot.ts";
import type { PreviewPayload } from "./preview-payload.ts";
import { createTableCells } from "./table-cells.ts";
import { textBytes, textOf, textTypes } from "./text-source.ts";
import { toCsv } from "./to-csv.ts";

/** A data frame with more rows is too large for a screen. */
const maxRows = 1000;
const gap = "…";

/** The argument of `context.preview`. */
export type Previewable = PreviewPayload | DataFrame | Plot | string;

/**
 * The payload of a Preview request (oocana-protocol 6.5): tables become CSV files, large data frames their first and last rows,
 * plots images or pages. A promise only if a file is written; undefined if there is nothing to show, which a warning says.
 *
 * @throws `TypeError` for a value that cannot be shown.
 */
export function preparePreview(
  payload: Previewable,
  id: string | undefined,
  files: JobFiles,
  warn: (text: string) => void,
): object | Promise<object> | undefined {
  const preview = asPreview(payload);
  const identified = id === undefined ? preview : { ...preview, id };
  const { type, data } = preview;
  if ("data" in preview && data === undefined) {
    warn(`preview(), at payload.data: it is undefined, so that there is nothing to show as ${type}.`);
    return undefined;
  }
  if (type === "image" || type === "video" || type === "audio")
    return withSources({ ...identified, type }, files, warn);
  if (type === "html" && isElement(data)) return { ...identified, data: data.outerHTML };
  if (type === "json" && !Array.isArray(data)) {
    const shown = viewFrame(data);
    return shown === undefined ? identified : { ...identified, data: firstOf(shown, warn) };
  }
  const frame = type === "table" ? viewFrame(data) : undefined;
  // Before it is read: it gives its rows once.
  if (type === "table" && hintFor(data) !== "") throw new TypeError(noTable(data));
  const bytes = frame === undefined ? textBytes(data, () => new TypeError(noText(type, data))) : undefined;
  if (bytes !== undefined && textTypes.test(type)) {
    const made = textOf(bytes);
    const withText = (text: string) => ({ ...identified, data: text });
    return made instanceof Promise ? made.then(withText) : withText(made);
  }
  const extension = fileTypes[type];
  if (bytes !== undefined && extension !== undefined)
    return files.writeBinary("preview", bytes, extension).then((path) => ({ ...identified, data: path }));
  if (type !== "table") return identified;

  if (frame !== undefined && frame.rowCount > maxRows)
    return { ...identified, data: firstAndLast(frame, warn) };
  const table = frame === undefined ? asTable(data) : wholeTable(frame);
  if (table === undefined) {
    if (typeof data === "string" || isPromise(data)) return identified;
    throw new TypeError(noTable(data));
  }
  const { columns, rows, ...known } = table;
  const cells = createTableCells(columns, warn);
  const csv = toCsv(columns, rows, cells);
  // Of what is written by now: after the finish nobody would hear of it.
  cells.tell();
  return files.writeCsv(csv).then((path) => {
    cells.tell();
    return { ...identified, data: path, ...known };
  });
}

/** Types whose source is a file, with its extension. */
const fileTypes: Record<string, string | undefined> = { csv: ".csv", table: ".csv", iframe: ".html" };

function noTable(data: unknown): string {
  return `preview() of a table needs { columns, rows }, a data frame, a list or the path of a CSV file as its data, not ${nameOf(data)}.${hintFor(data)}`;
}

/** For what can be iterated, but gives no text. */
function noText(type: string, data: unknown): string {
  if (type === "table") return noTable(data);
  return `preview() of ${type} needs text or bytes, at once or piece by piece; ${nameOf(data)} gives something else.`;
}

/** What to do about values that people take for tables. */
function hintFor(data: unknown): string {
  const advice = unreadTable(data);
  return advice === undefined ? "" : ` ${advice}.`;
}

function withSources(
  preview: TypedPayload & Pick<MediaOptions, "type">,
  files: JobFiles,
  warn: (text: string) => void,
): object | Promise<object> | undefined {
  const { data } = preview;
  const isList = Array.isArray(data);
  const given: readonly unknown[] = isList ? data : [data];
  const sources = mediaSources(given, files, {
    type: preview.type,
    warn: (index, reason) => warn(`preview(), at payload.data${isList ? `[${index}]` : ""}: ${reason}.`),
  });
  if (sources.length === 0 && given.length > 0) return undefined;
  const withAll = (all: unknown[]) => ({ ...preview, data: isList ? all : all[0] });
  const isWriting = sources.some((source) => source instanceof Promise);
  return isWriting ? Promise.all(sources).then(withAll) : withAll(sources);
}

interface TypedPayload {
  type: string;
  data: unknown;
}

function asPreview(payload: Previewable): TypedPayload {
  const isTyped = typeof payload === "object" && payload !== null && "type" in payload;
  if (isTyped && typeof payload.type === "string") return withAccessors(payload as TypedPayload);
  if (viewFrame(payload) !== undefined) return { type: "table", data: payload };
  const plot = plotPreview(payload);
  if (plot !== undefined) return plot;
  throw new TypeError(
    `preview() needs { type, data }, such as { type: "text", data: "hello" }, a data frame, an array of records, or a plot (Vega, Vega-Lite, Plotly, Observable Plot, or the SVG of any library).${hintFor(payload)}`,
  );
}

/** Objects of a class may have theirs as accessors, which JSON leaves out. */
function withAccessors(payload: TypedPayload): TypedPayload {
  const { type } = payload;
  return { ...payload, type, ...("data" in payload && { data: payload.data }) };
}

/** The gap between them is a row of dots. */
function firstAndLast({ columns, types, rowCount, rows }: FrameView, warn: (text: string) => void): object {
  const half = maxRows / 2;
  const cells = createTableCells(columns, warn);
  const cellsFrom = (start: number) =>
    rows(start, start + half).map((row, index) =>
      row.map((value, column) => cells.cell(value, start + index, column)),
    );
  const shown = [...cellsFrom(0), columns.map(() => gap), ...cellsFrom(rowCount - half)];
  cells.tell();
  return {
    columns,
    rows: shown,
    row_count: rowCount,
    ...(types && { types }),
  };
}

/** As its own library would write it, where JSON of the frame itself is what that has inside. */
function firstOf(frame: FrameView, warn: (text: string) => void): unknown[] {
  const { rowCount } = frame;
  if (rowCount > maxRows)
    warn(`preview() as json shows the first ${maxRows} of ${rowCount} rows; as a table also the last ones.`);
  return jsonRows(frame, 0, Math.min(maxRows, rowCount));
}

interface Table {
  columns: readonly unknown[];
  /** Each a list of cells; anything else is a row of one. */
  rows: readonly unknown[];
  /** Of the whole table, if `rows` is only a part. */
  row_count?: number;
  types?: readonly unknown[];
}

function wholeTable({ columns, types, rowCount, rows }: FrameView): Table {
  return { columns, rows: rows(0, rowCount), ...(types && { types }) };
}

/** A table that the block itself has cut is written as it is, with the block's count. */
function asTable(data: unknown): Table | undefined {
  if (typeof data !== "object" || data === null || !("rows" in data) || !Array.isArray(data.rows))
    return undefined;
  const { columns, rows, row_count, types } = data as Partial<Table>;
  return {
    columns: Array.isArray(columns) ? columns : [],
    rows: rows ?? [],
    ...(typeof row_count === "number" && { row_count }),
    ...(Array.isArray(types) && { types: types.map(String) }),
  };
}
