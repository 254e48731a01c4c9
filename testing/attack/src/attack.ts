// Sends the built server of this tree, and of others, bad inputs of every kind over loopback, and measures what they cost.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attackTree } from "./attack-tree.ts";
import { kinds } from "./kinds/kinds.ts";
import { printReport } from "./print-report.ts";

const { values } = parseArgs({
  options: {
    base: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
    minutes: { type: "string", default: "10" },
  },
});
const own = fileURLToPath(new URL("../../..", import.meta.url));
const minutes = Number(values.minutes);
const chosen = kinds.filter(({ name }) => values.only === undefined || name.includes(values.only));
if (!(minutes > 0) || chosen.length === 0) {
  process.stderr.write(
    `--minutes takes a positive number, --only a part of: ${kinds.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(2);
}

// Its own first: an older one may hang.
const trees = [own, ...values.base];
// A server that is stopped at last may hold its loop; nobody waits for it for ever.
setTimeout(() => process.exit(), minutes * 60_000 + 120_000).unref();
// Shared: none takes the others' time.
const deadlineMs = (minutes * 60_000) / trees.length;
for (const tree of trees) {
  process.stderr.write(`${tree}\n`);
  const isMet = printReport(await attackTree(tree, chosen, AbortSignal.timeout(deadlineMs)));
  // Older ones are for comparison.
  if (tree === own) process.exitCode = isMet ? 0 : 1;
}
