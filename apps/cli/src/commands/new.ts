import { relative, sep } from "node:path";
import type { Command } from "commander";
import type { CreatedBlock } from "../new/create-block.ts";
import { printJson } from "../print.ts";
import { reportFailure } from "../report-failure.ts";

interface NewFlags {
  dir: string;
  scriptlet?: string;
  json?: boolean;
}

/** `oomol-connect new block NAME` */
export function addNewCommand(program: Command): void {
  program
    .command("new")
    .alias("create")
    .description("Create a block, in the package that you are in or in one of its own.")
    .addHelpText("after", "\nExample:\n  oomol-connect new block shout")
    .command("block")
    .description("Create a TypeScript block with its manifest and a unit test.")
    .argument("<name>", "the block's name; a new package is a folder of the same name")
    .option("--dir <dir>", "a folder in a package, or the parent of a new one", ".")
    .option(
      "--scriptlet <spec>",
      "where a new package gets @oomol/scriptlet: a version, a tarball, file:DIR (found out by default)",
    )
    .option("--json", "print { name, blockId, directory, files } as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  oomol-connect new block shout && cd shout && npm install && npm test\n  oomol-connect new block whisper --dir shout",
    )
    .action((name: string, { dir, scriptlet, json }: NewFlags) =>
      reportFailure(async () => {
        const { createBlock } = await import("../new/create-block.ts");
        const created = await createBlock({ directory: dir, name, scriptlet });
        const { blockId, directory, files } = created;
        if (json) printJson({ name, blockId, directory, files });
        else for (const file of files) process.stdout.write(`${file}\n`);
        process.stderr.write(nextSteps(created));
      }),
    );
}

function nextSteps({ directory, blockId, isNewPackage, note }: CreatedBlock): string {
  const folder = relative("", directory) || ".";
  const enter = folder === "." ? "" : `cd ${folder} && `;
  const install = isNewPackage ? "npm install && " : "";
  return [
    note === undefined ? "" : `\n${note}\n`,
    `\nNext: ${enter}${install}npm test\n`,
    `Then: ${thisCommand()} dev ${enter === "" ? folder : "."} --run ${blockId} --input text=hello\n`,
  ].join("");
}

/** How to call this command again: `npx` does not find one that runs in a clone. */
function thisCommand(): string {
  if (import.meta.dirname.split(sep).includes("node_modules")) return "npx oomol-connect";
  return ["node", ...process.execArgv, ...process.argv.slice(1, 2)].join(" ");
}
