// Sends the built server of this tree bad inputs of every kind over loopback, that of another beside it, and measures what they cost.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openTree } from "./attack-tree.ts";
import { kinds } from "./kinds/kinds.ts";
import { isEveryTargetMet, printBeside, printReport } from "./print-report.ts";

const { values } = parseArgs({
  options: {
    beside: { type: "string" },
    only: { type: "string" },
    minutes: { type: "string" },
  },
});
const own = fileURLToPath(new URL("../../..", import.meta.url));
const minutes = Number(values.minutes ?? (values.beside === undefined ? "10" : "20"));
const chosen = kinds.filter(({ name }) => values.only === undefined || name.includes(values.only));
if (!(minutes > 0) || chosen.length === 0) {
  process.stderr.write(
    `--minutes takes a positive number, --only a part of: ${kinds.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(2);
}

// A server that is stopped at last may hold its loop; nobody waits for it for ever.
setTimeout(() => process.exit(), minutes * 60_000 + 120_000).unref();
const deadline = AbortSignal.timeout(minutes * 60_000);
const ours = await openTree(own, deadline);
const base = values.beside === undefined ? undefined : await openTree(values.beside, deadline);
for (const kind of chosen) {
  process.stderr.write(`${kind.name} …\n`);
  // One after the other, so that they do not measure each other.
  for (const tree of [ours, base]) if (tree && !tree.isOver()) await tree.attack(kind);
}
const result = await ours.end();
printReport(result);
if (base) printBeside(result, await base.end());
process.exitCode = isEveryTargetMet(result) ? 0 : 1;
