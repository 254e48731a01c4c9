import stringWidth from "string-width";
import { printable, printableJson, printableLine } from "./printable.ts";

/** JSON for machines, on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value, 2)}\n`);
}

/** Rows with aligned columns, on stdout. The last column may have any length. */
export function printTable(rows: readonly (readonly string[])[]): void {
  process.stdout.write(formatTable(rows));
}

/** Says for people that a list is empty; what reads stdout gets nothing. */
export function tellNothing(words: string): void {
  process.stderr.write(`${printableLine(words)}\n`);
}

/** Rows with aligned columns as text, {@link printable}. Columns count as a terminal shows them: a Chinese character takes two. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) =>
      row.map((cell, column) => Math.max(widest[column] ?? 0, stringWidth(printableLine(cell)))),
    [],
  );
  return rows.map((row) => `${formatRow(row, widths).trimEnd()}\n`).join("");
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  let start = 0;
  const cells = row.map((cell, column) => {
    if (column === row.length - 1) return printable(cell, " ".repeat(start));
    const width = widths[column] ?? 0;
    start += width + 2;
    const shown = printableLine(cell);
    return shown + " ".repeat(width - stringWidth(shown));
  });
  return cells.join("  ");
}

/** A time as ISO 8601 has it, with the offset of this machine: `2026-03-01 18:05:09+08:00`. Nothing without one. */
export function formatTime(epochMs: number | undefined): string {
  if (epochMs === undefined) return "";
  const offsetMinutes = -new Date(epochMs).getTimezoneOffset();
  const local = new Date(epochMs + offsetMinutes * 60_000).toISOString();
  const two = (count: number) => String(Math.trunc(count)).padStart(2, "0");
  const away = Math.abs(offsetMinutes);
  const offset = `${offsetMinutes < 0 ? "-" : "+"}${two(away / 60)}:${two(away % 60)}`;
  return `${local.slice(0, 19).replace("T", " ")}${offset}`;
}
