import type { Table } from "./table-of.ts";

/** The rows that are there as CSV (RFC 4180). */
export function csvOf({ columns, rowsThere, gap, cell }: Table): string {
  const places = Array.from({ length: rowsThere }, (_, row) => row).filter((row) => row !== gap);
  const rows = places.map((row) => columns.map((_, column) => cell(row, column)));
  return [columns, ...rows].map((cells) => `${cells.map(toField).join(",")}\r\n`).join("");
}

function toField(value: unknown): string {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
