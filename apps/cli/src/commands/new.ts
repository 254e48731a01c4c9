import { join } from "node:path";
import type { Command } from "commander";
import { printJson } from "../print.ts";
import { reportFailure } from "../report-failure.ts";

/** `oomol-connect new block NAME` */
export function addNewCommand(program: Command): void {
  program
    .command("new")
    .description("Create a package.")
    .addHelpText("after", "\nExample:\n  oomol-connect new block shout")
    .command("block")
    .description("Create a package with a TypeScript block, its manifest and a unit test.")
    .argument("<name>", "the block's name; the package is a folder of the same name")
    .option("--dir <dir>", "parent of the new folder", ".")
    .option("--json", "print { name, directory, files } as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  oomol-connect new block shout && cd shout && npm install && npm test",
    )
    .action((name: string, { dir, json }: { dir: string; json?: boolean }) =>
      reportFailure(async () => {
        const { createBlockPackage } = await import("../create-block-package.ts");
        const files = await createBlockPackage(dir, name);
        if (json) printJson({ name, directory: join(dir, name), files });
        else for (const file of files) process.stdout.write(`${file}\n`);
      }),
    );
}
