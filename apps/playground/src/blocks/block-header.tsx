import type { Block } from "@oomol/connect-browser";
import { useMessages } from "../i18n/use-messages.ts";
import { formatRoute } from "../state/route.ts";
import { BlockTile } from "../ui/block-tile.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { titleOf } from "../ui/title-of.ts";

/** What a block is called, where it comes from, and what goes in and out. */
export function BlockHeader({ block }: { block: Block }) {
  const messages = useMessages();
  return (
    <header className="block-header">
      <a className="back" href={formatRoute({ page: "home" })}>
        <Icon name="back" />
        {messages.back}
      </a>
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
