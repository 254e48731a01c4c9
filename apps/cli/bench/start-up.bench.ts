import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inTurns, type Measurement, medianAndSpread, ratios } from "../../../bench/helpers/measure.ts";

const program = fileURLToPath(new URL("../bin/oomol-connect.js", import.meta.url));
const built = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** How long people wait for the command to begin, beyond what Node.js itself takes. */
export async function measure(): Promise<Measurement> {
  if (!existsSync(built)) throw new Error("The command is not built here: run `pnpm build` first.");
  const ms = await inTurns(
    {
      node: async () => runMs("-e", "0"),
      help: async () => runMs(program, "--help"),
      runHelp: async () => runMs(program, "run", "--help"),
    },
    { rounds: 21 },
  );
  const row = (label: string, times: number[]) => [
    label,
    medianAndSpread(times),
    medianAndSpread(times.map((time, round) => time - (ms.node[round] ?? Number.NaN))),
    medianAndSpread(ratios(times, ms.node)),
  ];
  return {
    title: "Start of the command",
    note: "Each round starts a fresh process of the built command and waits for its end. Beyond `node -e 0`, the aim is under 100 ms.",
    columns: ["command", "ms", "ms beyond `node -e 0`", "× `node -e 0`"],
    rows: [
      ["`node -e 0`", medianAndSpread(ms.node), 0, 1],
      row("`oomol-connect --help`", ms.help),
      row("`oomol-connect run --help`", ms.runHelp),
    ],
  };
}

function runMs(...args: string[]): number {
  const startedMs = performance.now();
  execFileSync(process.execPath, args, { stdio: "ignore" });
  return performance.now() - startedMs;
}
