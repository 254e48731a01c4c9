import { styleText } from "node:util";
import type { Block } from "@oomol/connect-node";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { printJson } from "../print.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect blocks [query]` */
export function addBlocksCommand(program: Command): void {
  const command = program
    .command("blocks")
    .description("List the blocks of a server.")
    .argument("[query]", "show only blocks with this text in their id or description")
    .option("--json", "print the blocks as JSON")
    .addHelpText("after", "\nExample:\n  oomol-connect blocks audio");
  addConnectionFlags(command).action(
    (query: string | undefined, flags: ConnectionFlags & { json?: boolean }) =>
      withClient(flags, async (client) => {
        const { blocks } = await client.blocks.list();
        const matching = blocks.filter((block) => matches(block, query));
        if (flags.json) printJson(matching);
        else process.stdout.write(formatBlocks(matching));
      }),
  );
}

/** One line per block: its id, its version and its description. */
export function formatBlocks(blocks: readonly Block[]): string {
  const width = Math.max(0, ...blocks.map((block) => block.blockId.length));
  const lines = blocks.map(({ blockId, version, description = "" }) => {
    const id = styleText("cyan", blockId.padEnd(width));
    return `${id}  ${styleText("dim", `v${version ?? "?"}`)}  ${description.split("\n")[0]}`.trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function matches({ blockId, description = "" }: Block, query: string | undefined): boolean {
  return query === undefined || `${blockId} ${description}`.toLowerCase().includes(query.toLowerCase());
}
