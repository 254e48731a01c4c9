import { toCell } from "./to-cell.ts";

/** CSV as RFC 4180 has it, lines ended by `\n`; the header is left out where there are no columns. */
export function toCsv(columns: readonly unknown[], rows: readonly (readonly unknown[])[]): string {
  const lines = columns.length === 0 ? rows : [columns, ...rows];
  return lines.map((line) => `${toLine(line)}\n`).join("");
}

function toLine(cells: readonly unknown[]): string {
  const line = cells.map(toField).join(",");
  // Readers skip an empty line, and with it the row.
  return line === "" && cells.length === 1 ? '""' : line;
}

function toField(value: unknown): string {
  const text = String(toCell(value) ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
