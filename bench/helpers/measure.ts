/** One measurement: a table with its baseline in the same run. */
export interface Measurement {
  title: string;
  /** What the numbers mean, and what to compare. */
  note: string;
  columns: string[];
  rows: (string | number)[][];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function toMarkdown({ title, note, columns, rows }: Measurement): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
  return `## ${title}\n\n${note}\n\n${table.join("\n")}\n`;
}
