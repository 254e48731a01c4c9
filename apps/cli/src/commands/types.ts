import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect types` */
export function addTypesCommand(program: Command): void {
  const command = program
    .command("types")
    .description("Write the types of a server's blocks, so that the compiler checks calls of `run`.")
    .option("-o, --out <file>", "where to write them (stdout by default)")
    .addHelpText("after", "\nExample:\n  oomol-connect types --out src/blocks.d.ts");
  addConnectionFlags(command).action((flags: ConnectionFlags & { out?: string }) =>
    withClient(flags, async (client) => {
      const { writeBlockTypes } = await import("../write-block-types.ts");
      const { blocks } = await client.blocks.list();
      const code = await writeBlockTypes(blocks);
      if (flags.out === undefined) process.stdout.write(code);
      else {
        await writeFile(flags.out, code);
        process.stderr.write(`wrote the types of ${blocks.length} blocks to ${flags.out}\n`);
      }
    }),
  );
}
