import type { Block } from "@oomol/connect-node";

/** What a block is called, if its author says so. */
export function titleOf({ title }: Block): string | undefined {
  return typeof title === "string" && title.trim() !== "" ? title : undefined;
}

/** What a block does, or else what it is called; nothing if its author says neither. */
export function descriptionOf(block: Block): string | undefined {
  return block.description?.trim() ? block.description : titleOf(block);
}
