import { toCell } from "./to-cell.ts";

/** CSV by RFC 4180, with lines ended by `\n`; without columns there is no header. */
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
