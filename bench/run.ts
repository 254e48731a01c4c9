// The measurements of the project, or those named on the command line, as one Markdown page.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findBenches } from "./find-benches.ts";
import { describeLoad, describeMachine } from "./helpers/describe-machine.ts";
import { drawPlot } from "./helpers/draw-plot.ts";
import type { Measurement } from "./helpers/measure.ts";
import { toMarkdown } from "./helpers/to-markdown.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    list: { type: "boolean" },
    all: { type: "boolean" },
    tasks: { type: "string" },
    against: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
const benches = findBenches();
const list = benches.map(({ name, isLong }) => (isLong ? `${name} (long)` : name));
if (values.help) {
  process.stdout.write(
    `Usage: pnpm bench [--all] [--out FILE] [--tasks N] [--against DIR] [NAME...]\n\nWithout names: all but the long ones; --all: those too. --list: the names alone. --tasks: how many \`task-memory\` runs. --against: another clone, built, whose server \`tasks\` and \`flows\` measure too.\n\n${list.join("\n")}\n`,
  );
  process.exit();
}
if (values.list) {
  process.stdout.write(`${list.join("\n")}\n`);
  process.exit();
}
const unknown = positionals.filter((wanted) => !benches.some(({ name }) => name === wanted));
if (unknown.length > 0) {
  process.stderr.write(`There is no measurement ${unknown.join(", ")}; there are ${list.join(", ")}.\n`);
  process.exit(2);
}

const wanted = benches.filter(({ name, isLong }) =>
  positionals.length === 0 ? values.all || !isLong : positionals.includes(name),
);
const sections = [`# Measurements\n\n${await describeMachine()}\n`];
for (const { name, path } of wanted) {
  process.stderr.write(`${name} …\n`);
  const startedMs = performance.now();
  const section = await measureApart(name, path);
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  sections.push(`${section}\n\`pnpm bench ${name}\`: ${seconds} s, ${describeLoad()}.\n`);
  // A run that is broken off leaves what it had.
  if (values.out !== undefined) await writeFile(values.out, sections.join("\n"));
}
if (values.out === undefined) process.stdout.write(sections.join("\n"));

/** The section of one bench; one that fails says so in its place, and the others go on. */
async function measureApart(name: string, path: string): Promise<string> {
  const child = fork(fileURLToPath(new URL("./run-one.ts", import.meta.url)), [path], {
    execArgv: ["--conditions=@oomol/source", "--expose-gc"],
    env: {
      ...process.env,
      ...(values.tasks !== undefined && { BENCH_TASKS: values.tasks }),
      ...(values.against !== undefined && { BENCH_AGAINST: resolve(values.against) }),
    },
    silent: true,
  });
  let said = "";
  child.stdout?.resume();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  let measurement: Measurement | undefined;
  child.once("message", (message: Measurement) => {
    measurement = message;
  });
  const [code] = await once(child, "exit");
  if (measurement === undefined) {
    return `## ${name}\n\nCould not be measured here (exit code ${code}):\n\n\`\`\`\n${said.trim().slice(-1_000)}\n\`\`\`\n`;
  }
  await drawPlots(measurement);
  return toMarkdown(measurement, "plots");
}

async function drawPlots({ plots = [] }: Measurement): Promise<void> {
  if (values.out === undefined || plots.length === 0) return;
  const folder = join(dirname(values.out), "plots");
  await mkdir(folder, { recursive: true });
  for (const plot of plots) await writeFile(join(folder, `${plot.name}.svg`), drawPlot(plot));
}
