import type { Measurement } from "./measure.ts";

/** One section of the page; `plotsPath` is where the page finds its plots. */
export function toMarkdown(
  { title, note, columns, rows, plots = [] }: Measurement,
  plotsPath: string,
): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
  const pictures = plots.map(
    ({ name, yLabel, xLabel }) => `\n![${yLabel} against ${xLabel}](${plotsPath}/${name}.svg)\n`,
  );
  return `## ${title}\n\n${note}\n\n${table.join("\n")}\n${pictures.join("")}`;
}
