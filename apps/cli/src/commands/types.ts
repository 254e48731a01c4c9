import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { findClientPackage } from "../find-client-package.ts";
import { printJson } from "../print.ts";
import type { ConnectionFlags } from "../settings.ts";

const usualClientPackage = "@oomol/connect-node";

interface TypesFlags extends ConnectionFlags {
  out?: string;
  strict?: boolean;
  json?: boolean;
}

/** `oomol-connect types` */
export function addTypesCommand(program: Command): void {
  const command = program
    .command("types")
    .description("Write the types of a server's blocks, so that the compiler checks calls of `run`.")
    .option("-o, --out <file>", "the file to write (stdout by default)")
    .option("--strict", "let ids of other blocks, mistyped ones for instance, fail to compile")
    .option("--json", "print { blocks, file, code } as JSON; code is null if a file was written")
    .addHelpText("after", "\nExample:\n  oomol-connect types --out src/blocks.d.ts");
  addConnectionFlags(command).action((flags: TypesFlags) =>
    withClient(flags, async (client) => {
      const { writeBlockTypes } = await import("../types/write-block-types.ts");
      const { blocks } = await client.blocks.list();
      const directory = flags.out === undefined ? process.cwd() : dirname(resolve(flags.out));
      const code = writeBlockTypes(blocks, clientPackageFor(directory), flags.strict);
      if (flags.out !== undefined) await writeFile(flags.out, code);
      if (flags.json) {
        const { out: file = null } = flags;
        printJson({ blocks: blocks.map(({ blockId }) => blockId), file, code: file === null ? code : null });
      } else if (flags.out === undefined) process.stdout.write(code);
      else process.stderr.write(`wrote the types of ${blocks.length} blocks to ${flags.out}\n`);
    }),
  );
}

function clientPackageFor(directory: string): string {
  const found = findClientPackage(directory);
  if (found === undefined) {
    process.stderr.write(
      `no client is installed for ${directory}; the types are for ${usualClientPackage}. Install the client first to get them for yours.\n`,
    );
  }
  return found ?? usualClientPackage;
}
