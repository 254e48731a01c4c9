import type { JobFiles } from "./values/value-stores.ts";

/** A table as rows of cells. */
export interface TableData {
  columns: (string | number)[];
  rows: (string | number | boolean | null | undefined)[][];
  /** How many rows the whole table has, where `rows` is only a part. */
  row_count?: number;
}

/** A URL, a path, a data URL or base64. */
export type PreviewSource = string;

/** What `context.preview` shows. Any other `type` with `data` passes through unchanged. */
export type PreviewPayload =
  | { type: "image"; data: PreviewSource | PreviewSource[] }
  | { type: "video" | "audio" | "markdown" | "iframe" | "html"; data: PreviewSource }
  | { type: "json" | "text" | `text/${string}`; data: unknown }
  | { type: "table"; data: TableData | Record<string, unknown>[] | PreviewSource }
  | { type: "csv"; data: PreviewSource }
  | { type: string; data: unknown };

/** The payload of a Preview request: tables become CSV files (section 6.5). A promise only where a file is written. */
export function preparePreview(
  payload: PreviewPayload | Record<string, unknown>[],
  id: string | undefined,
  files: JobFiles,
): object | Promise<object> {
  const preview = Array.isArray(payload) ? { type: "table", data: payload } : payload;
  if (typeof preview !== "object" || preview === null || typeof preview.type !== "string") {
    throw new TypeError(
      'preview() needs { type, data }, such as { type: "text", data: "hello" }, or an array of records.',
    );
  }
  const identified = id === undefined ? preview : { ...preview, id };
  const table = preview.type === "table" ? asTable(preview.data) : undefined;
  if (table === undefined) return identified;
  return files.writeCsv(toCsv(table)).then((path) => ({ ...identified, data: path }));
}

function asTable(data: unknown): TableData | undefined {
  if (Array.isArray(data)) return fromRecords(data);
  if (typeof data !== "object" || data === null || !("rows" in data) || !Array.isArray(data.rows))
    return undefined;
  const columns = "columns" in data && Array.isArray(data.columns) ? data.columns : [];
  return { columns, rows: data.rows.map((row: unknown) => (Array.isArray(row) ? row : [row])) };
}

function fromRecords(records: unknown[]): TableData {
  const objects = records.map((record) => Object(record) as Record<string, unknown>);
  const columns = [...new Set(objects.flatMap((record) => Object.keys(record)))];
  return { columns, rows: objects.map((record) => columns.map((column) => cell(record[column]))) };
}

function cell(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return typeof value === "object" ? (JSON.stringify(value) ?? "") : String(value);
}

function toCsv({ columns, rows }: TableData): string {
  const lines = columns.length === 0 ? rows : [columns, ...rows];
  return lines.map((line) => `${line.map(toCsvField).join(",")}\n`).join("");
}

/** Quoted as RFC 4180 has it. */
function toCsvField(value: unknown): string {
  const text = String(cell(value) ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
