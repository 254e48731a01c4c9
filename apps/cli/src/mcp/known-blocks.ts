import type { Block, OomolConnectClient } from "@oomol/connect-node";
import { toolName } from "@oomol/connect-shared/tool-name";

/** The blocks of the server as tools. */
export interface KnownBlocks {
  /** As they are now. */
  list(): Promise<readonly Block[]>;
  /** The block behind a tool, which may have been listed up to half a minute ago: a model calls one tool after another. */
  find(name: string): Promise<Block | undefined>;
}

const freshMs = 30_000;

export function createKnownBlocks(client: Pick<OomolConnectClient, "blocks">): KnownBlocks {
  let last: { atMs: number; byName: ReadonlyMap<string, Block> } | undefined;

  const list = async () => {
    const atMs = performance.now();
    const { blocks } = await client.blocks.list();
    const named = blocks.map(async (block) => [await toolName(block.blockId), block] as const);
    last = { atMs, byName: new Map(await Promise.all(named)) };
    return blocks;
  };

  return {
    list,
    async find(name) {
      const known = last && performance.now() - last.atMs < freshMs ? last.byName.get(name) : undefined;
      if (known) return known;
      await list();
      return last?.byName.get(name);
    },
  };
}
