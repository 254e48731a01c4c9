import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { type Measurement, median, medianAndSpread, round } from "../../../bench/helpers/measure.ts";
import type { PreviewCosts } from "./preview-costs-program.ts";

const rounds = 3;

/** What each is compared with, which writes the same cells to a file. */
const baselines = [
  ["polars shown", "polars writes"],
  ["arquero shown", "arquero writes"],
  ["rows shown", "arquero writes"],
] as const;

/** Time and memory of a preview of a large table. */
export async function measure(): Promise<Measurement> {
  await using folder = await createTemporaryFolder();
  const names = [...new Set(baselines.flat())];
  const costs = new Map<string, PreviewCosts[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const name of names) costs.get(name)?.push(await costsOf(name, folder.path));
  }
  const of = (name: string, key: keyof PreviewCosts) => (costs.get(name) ?? []).map((one) => one[key]);
  const row = (name: string, baseline?: string) => [
    name,
    medianAndSpread(of(name, "ms"), 0),
    medianAndSpread(of(name, "grownMib"), 0),
    baseline === undefined ? 1 : round(median(of(name, "ms")) / median(of(baseline, "ms"))),
  ];
  return {
    title: "A preview of 1,000,000 rows × 20 columns",
    note: `Each in a process of its own that holds the table already, ${rounds} rounds in turns. A data frame is cut to its first and last 500 rows; the rows of a table that a block gives as \`{ columns, rows }\` are written whole, as the library writes its own. Memory is the peak of the process while it runs, beyond what the table had taken; goals: at most 64 MiB, at most 1.5 × the library's own CSV writer.`,
    columns: ["what", "ms", "MiB", "× the library's writer"],
    rows: [
      row("polars writes"),
      row("polars shown", "polars writes"),
      row("arquero writes"),
      row("arquero shown", "arquero writes"),
      row("rows shown", "arquero writes"),
    ],
  };
}

async function costsOf(name: string, folder: string): Promise<PreviewCosts> {
  const program = fileURLToPath(new URL("./preview-costs-program.ts", import.meta.url));
  const child = fork(program, [name, folder], {
    execArgv: ["--conditions=@oomol/source", "--expose-gc", "--max-old-space-size=4096"],
  });
  const [costs] = (await once(child, "message")) as [PreviewCosts];
  await once(child, "exit");
  return costs;
}
