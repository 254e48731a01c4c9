import { styleText } from "node:util";
import type { Block } from "@oomol/connect-node";
import { descriptionOf, titleOf } from "@oomol/connect-shared/words-of-block";
import type { Command } from "commander";
import { addConnectionFlags, withClient } from "../connection.ts";
import { UsageError } from "../exit-codes.ts";
import { printJson, tellNothing } from "../print.ts";
import { printableLine } from "../printable.ts";
import type { ConnectionFlags } from "../settings.ts";

/** `oomol-connect blocks [query]`, `blocks show` */
export function addBlocksCommand(program: Command): void {
  const command = program
    .command("blocks")
    .description("List the blocks of a server.")
    .argument("[query]", "show only blocks with this text in their id, title or description")
    .option("--json", "print the blocks as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  oomol-connect blocks audio\n  oomol-connect blocks show audio-lab::text-to-audio",
    );
  addConnectionFlags(command).action(
    (query: string | undefined, flags: ConnectionFlags & { json?: boolean }) =>
      withClient(flags, async (client) => {
        const { blocks } = await client.blocks.list();
        const matching = blocks.filter((block) => matches(block, query));
        if (flags.json) printJson(matching);
        else if (matching.length === 0) tellNothing(explainNothing(query));
        else process.stdout.write(formatBlocks(matching));
      }),
  );
  addShowCommand(command);
}

function addShowCommand(blocks: Command): void {
  const command = blocks
    .command("show")
    .description("Show the inputs and outputs of a block, with a command that runs it.")
    .argument("<block>", "PACKAGE::BLOCK")
    .option("--json", "print the block as JSON");
  addConnectionFlags(command).action((blockId: string) => {
    // Flags of the same name before the block count as those of `blocks`.
    const flags: ConnectionFlags & { json?: boolean } = command.optsWithGlobals();
    return withClient(flags, async (client) => {
      const listed = await client.blocks.list();
      const block = listed.blocks.find((one) => one.blockId === blockId);
      if (!block) {
        throw new UsageError(
          `The server has no block "${blockId}": \`oomol-connect blocks\` lists those that it has.`,
        );
      }
      const { describeBlock } = await import("../describe-block.ts");
      if (flags.json) printJson(block);
      else process.stdout.write(describeBlock(block));
    });
  });
}

/** One line per block: its id, its version and what it does. */
export function formatBlocks(blocks: readonly Block[]): string {
  const ids = blocks.map(({ blockId }) => printableLine(blockId));
  const width = Math.max(0, ...ids.map((id) => id.length));
  const lines = blocks.map((block, index) => {
    const id = styleText("cyan", (ids[index] ?? "").padEnd(width));
    const [words = ""] = (descriptionOf(block) ?? "").split("\n");
    return `${id}  ${styleText("dim", `v${printableLine(block.version ?? "?")}`)}  ${printableLine(words)}`.trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function explainNothing(query: string | undefined): string {
  if (query === undefined) return "The server has no blocks.";
  return `No block of the server has "${query}" in its id, title or description.`;
}

function matches(block: Block, query: string | undefined): boolean {
  if (query === undefined) return true;
  const words = [block.blockId, titleOf(block), block.description].join(" ");
  return words.toLowerCase().includes(query.toLowerCase());
}
