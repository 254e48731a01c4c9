import { styleText } from "node:util";
import type { Command } from "commander";
import { addConnectionFlags } from "../connection.ts";
import type { Finding } from "../doctor/find-problems.ts";
import { exitCodes } from "../exit-codes.ts";
import { printJson } from "../print.ts";
import { printableLine } from "../printable.ts";
import { reportFailure } from "../report-failure.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect doctor` */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .description("Check settings, server, token and executors.")
    .option("--json", "print the findings { what, state, seen, advice } as JSON")
    .addHelpText(
      "after",
      `
Exit codes: 0 nothing is wrong, 2 a setting or the token is, 3 the server is out of reach.

Example:
  oomol-connect doctor`,
    );
  addConnectionFlags(command).action((flags: ConnectionFlags & { json?: boolean }) =>
    reportFailure(async () => {
      const { findProblems } = await import("../doctor/find-problems.ts");
      const { findings, exitCode } = await findProblems(flags);
      if (flags.json) printJson(findings);
      else for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
      process.exitCode = exitCode ?? exitCodes.done;
    }),
  );
}

const marks = {
  fine: styleText("green", "✓", { stream: process.stdout }),
  missing: styleText("yellow", "–", { stream: process.stdout }),
  wrong: styleText("red", "✗", { stream: process.stdout }),
};

function formatFinding({ what, state, seen, advice }: Finding): string {
  return `${marks[state]} ${what.padEnd(16)} ${printableLine(seen)}${advice === null ? "" : `\n  ${advice}`}`;
}
