import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import { addConnectionFlags, connect } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { printJson } from "../print.ts";
import { reportFailure } from "../report-failure.ts";
import { type ConnectionFlags, resolveSettings } from "../settings.ts";

interface Finding {
  what: string;
  isFine: boolean;
  seen: string;
  /** What to do where it is not fine. */
  advice?: string;
}

/** `oomol-connect doctor` */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .description("Look at what this command needs: settings, server, token, executors.")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect doctor");
  addConnectionFlags(command).action((flags: ConnectionFlags & { json?: boolean }) =>
    reportFailure(async () => {
      const findings = await examine(flags);
      if (flags.json) printJson(findings);
      else for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
      if (findings.some((finding) => !finding.isFine && finding.advice))
        process.exitCode = exitCodes.unreachable;
    }),
  );
}

async function examine(flags: ConnectionFlags): Promise<Finding[]> {
  const { baseUrl, apiToken, sources } = resolveSettings(flags);
  return [
    { what: "Node.js", isFine: true, seen: process.version },
    { what: "address", isFine: true, seen: `${baseUrl}, from ${sources.baseUrl}` },
    { what: "token", isFine: true, seen: apiToken ? `given, from ${sources.apiToken}` : "none" },
    await examineServer(flags),
    await examineProgram("python-executor", "runs Python blocks of a local server"),
    await examineProgram("oocana", "runs flows on a local server"),
  ];
}

async function examineServer(flags: ConnectionFlags): Promise<Finding> {
  try {
    await using client = await connect(flags);
    const { blocks } = await client.blocks.list({ timeoutMs: 5_000 });
    return { what: "server", isFine: true, seen: `answers, with ${blocks.length} blocks` };
  } catch (failure) {
    const seen = failure instanceof Error ? failure.message : String(failure);
    const advice = "Start one with `oomol-connect serve --packages DIR`, or name another with --base-url.";
    return { what: "server", isFine: false, seen, advice };
  }
}

async function examineProgram(name: string, purpose: string): Promise<Finding> {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(directory, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { what: name, isFine: true, seen: file };
  }
  return { what: name, isFine: false, seen: `not on the PATH; it ${purpose}` };
}

function formatFinding({ what, isFine, seen, advice }: Finding): string {
  const mark = isFine ? styleText("green", "✓") : styleText(advice ? "red" : "yellow", advice ? "✗" : "–");
  return `${mark} ${what.padEnd(16)} ${seen}${advice ? `\n  ${advice}` : ""}`;
}
