// Every measurement of the project, or those named on the command line, as one Markdown page on stdout.
import { cpus } from "node:os";
import { type Measurement, toMarkdown } from "./helpers/measure.ts";
import { measureRequests } from "./requests.ts";
import { measureWaiting } from "./waiting.ts";

const measurements: Record<string, () => Promise<Measurement>> = {
  waiting: measureWaiting,
  requests: measureRequests,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(measurements, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement ${unknown.join(", ")}; there are ${Object.keys(measurements).join(", ")}.\n`,
  );
  process.exit(2);
}

process.stdout.write(
  `# Measurements\n\nNode.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model}.\n\n`,
);
for (const [name, measure] of Object.entries(measurements)) {
  if (wanted.length === 0 || wanted.includes(name)) process.stdout.write(`${toMarkdown(await measure())}\n`);
}
