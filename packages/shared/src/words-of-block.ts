/** What a listing says of a block. */
interface BlockWords {
  title?: unknown;
  description?: string | undefined;
}

/** What a block is called, if its author says so. */
export function titleOf({ title }: BlockWords): string | undefined {
  return typeof title === "string" && title.trim() !== "" ? title : undefined;
}

/** What a block does, or else what it is called; nothing if its author says neither. */
export function descriptionOf(block: BlockWords): string | undefined {
  return block.description?.trim() ? block.description : titleOf(block);
}
