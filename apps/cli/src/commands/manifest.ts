import { resolve } from "node:path";
import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import type { SyncedManifest } from "../manifest/sync-manifests.ts";
import { printJson } from "../print.ts";
import { reportFailure } from "../report-failure.ts";

interface ManifestFlags {
  check?: boolean;
  json?: boolean;
}

/** `oomol-connect manifest [DIR]` */
export function addManifestCommand(program: Command): void {
  program
    .command("manifest")
    .description("Write the inputs and outputs that defineBlock declares into the manifests of a package.")
    .argument("[dir]", "the package's folder, or one in it", ".")
    .option("--check", "write nothing, and end with code 1 if a manifest differs from the code")
    .option("--json", "print { block, file, state, differences } of each block as JSON")
    .addHelpText("after", "\nExamples:\n  oomol-connect manifest\n  oomol-connect manifest ./shout --check")
    .action((directory: string, { check = false, json }: ManifestFlags) =>
      reportFailure(async () => {
        const { syncManifests } = await import("../manifest/sync-manifests.ts");
        const synced = await syncManifests(resolve(directory), check);
        if (json) printJson(synced);
        else process.stdout.write(synced.map(describe).join("") || "There are no blocks for Node.js here.\n");
        if (synced.some(({ state }) => state === "differs")) process.exitCode = exitCodes.taskFailed;
      }),
    );
}

const words = {
  same: "as in the code",
  differs: "differs from the code; `oomol-connect manifest` writes it",
  written: "written",
  plain: "not made by defineBlock, left as it is",
};

function describe({ block, state, differences }: SyncedManifest): string {
  const details = differences.map(({ kind, handle, seen }) => `  ${kind} ${handle}: ${seen}\n`);
  return `${block}: ${words[state]}\n${details.join("")}`;
}
