import stringWidth from "string-width";

/** JSON for machines, on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Rows with aligned columns, on stdout. The last column may have any length. */
export function printTable(rows: readonly (readonly string[])[]): void {
  process.stdout.write(formatTable(rows));
}

/** The same as text. Columns count as a terminal shows them: a Chinese character takes two. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, stringWidth(cell))),
    [],
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** A time as people read it, or nothing. */
export function formatTime(epochMs: number | undefined): string {
  return epochMs === undefined ? "" : new Date(epochMs).toLocaleString();
}
