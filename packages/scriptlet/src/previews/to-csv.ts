import { toCell } from "./to-cell.ts";

/** A table with fewer is written as it is at the call. */
const linesAtCall = 1000;
/** Of each later piece of text; more of them cost memory and save no time. */
const linesAtOnce = 200;

/**
 * CSV by RFC 4180, with lines ended by `\n`; without columns there is no header. In pieces, so that a large table is never in
 * memory as text: the first one is made at once, the others as they are read.
 */
export function toCsv(columns: readonly unknown[], rows: readonly unknown[]): Iterable<string> {
  const header = columns.length === 0 ? "" : toLine(columns);
  const first = header + toLines(rows.slice(0, linesAtCall));
  return rows.length <= linesAtCall ? [first] : pieces(first, rows);
}

function* pieces(first: string, rows: readonly unknown[]): Generator<string> {
  yield first;
  for (let start = linesAtCall; start < rows.length; start += linesAtOnce)
    yield toLines(rows.slice(start, start + linesAtOnce));
}

function toLines(rows: readonly unknown[]): string {
  let text = "";
  for (const row of rows) text += toLine(Array.isArray(row) ? row : [row]);
  return text;
}

function toLine(cells: readonly unknown[]): string {
  const line = cells.map(toField).join(",");
  // Readers skip an empty line, and with it the row.
  return line === "" && cells.length === 1 ? '""\n' : `${line}\n`;
}

function toField(value: unknown): string {
  const cell = toCell(value);
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
