import type { Block } from "@oomol/connect-browser";
import { titleOf } from "../ui/title-of.ts";

export interface BlockGroup {
  packageName: string;
  blocks: Block[];
}

/** The blocks that hold every word of the query, by package. */
export function searchBlocks(blocks: readonly Block[], query: string): BlockGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const text = `${block.blockId} ${titleOf(block)} ${block.description ?? ""}`
      .toLowerCase()
      .replaceAll(/[-_]/g, " ");
    if (!words.every((word) => text.includes(word.replaceAll(/[-_]/g, " ")))) continue;
    groups.set(block.package, [...(groups.get(block.package) ?? []), block]);
  }
  return [...groups].map(([packageName, members]) => ({ packageName, blocks: members }));
}
