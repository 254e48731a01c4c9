import type { Block } from "@oomol/connect-browser";
import { BackLink } from "../ui/back-link.tsx";
import { BlockTile } from "../ui/block-tile.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { titleOf } from "../ui/title-of.ts";

/** What a block is called, where it comes from, and what goes in and out. */
export function BlockHeader({ block }: { block: Block }) {
  return (
    <header className="block-header">
      <BackLink />
      <div className="block-title">
        <BlockTile block={block} isLarge />
        <div>
          <h1>{titleOf(block)}</h1>
          <div className="block-id">
            <code>{block.blockId}</code>
            {block.version !== undefined && <span className="version">{block.version}</span>}
            <CopyButton text={block.blockId} label={block.blockId} />
          </div>
        </div>
      </div>
      {block.description && <p className="lead">{block.description}</p>}
    </header>
  );
}
