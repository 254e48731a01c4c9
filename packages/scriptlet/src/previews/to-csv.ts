import type { TableCells } from "./table-cells.ts";
import { type Cell, toCell } from "./to-cell.ts";

/** A table with fewer is written as it is at the call. */
const linesAtCall = 1000;
/** Of each later piece of text; more of them cost memory and save no time. */
const linesAtOnce = 200;

/**
 * CSV by RFC 4180, with lines ended by `\n`; without columns there is no header. In pieces, so that a large table is never in
 * memory as text: the first one is made at once, the others as they are read.
 */
export function toCsv(
  columns: readonly unknown[],
  rows: readonly unknown[],
  cells: TableCells,
): Iterable<string> {
  const header = columns.length === 0 ? "" : toLine(columns.map((column) => toField(toCell(column))));
  const first = header + toLines(rows, 0, linesAtCall, cells);
  return rows.length <= linesAtCall ? [first] : pieces(first, rows, cells);
}

function* pieces(first: string, rows: readonly unknown[], cells: TableCells): Generator<string> {
  yield first;
  for (let start = linesAtCall; start < rows.length; start += linesAtOnce)
    yield toLines(rows, start, start + linesAtOnce, cells);
}

function toLines(rows: readonly unknown[], start: number, end: number, { cell }: TableCells): string {
  let text = "";
  const last = Math.min(end, rows.length);
  for (let row = start; row < last; row += 1) {
    const given = rows[row];
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    text += toLine(values.map((value, column) => toField(cell(value, row, column))));
  }
  return text;
}

function toLine(fields: readonly string[]): string {
  const line = fields.join(",");
  // Readers skip an empty line, and with it the row.
  return line === "" && fields.length === 1 ? '""\n' : `${line}\n`;
}

function toField(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
