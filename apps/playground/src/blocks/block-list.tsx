import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { formatRoute } from "../state/route.ts";
import { BlockTile } from "../ui/block-tile.tsx";
import { Icon } from "../ui/icon.tsx";
import { titleOf } from "../ui/title-of.ts";
import { searchBlocks } from "./search-blocks.ts";
import { isRefused, useBlocks } from "./use-blocks.ts";

/** Every block of the server with a search field above; arrows move between them, `/` jumps to the field. */
export function BlockList({ selected }: { selected: string | undefined }) {
  const messages = useMessages();
  const blocks = useBlocks();
  const [query, setQuery] = useState("");
  const searchField = useSlashToFocus();
  const groups = searchBlocks(blocks.data ?? [], query);
  const found = groups.reduce((sum, group) => sum + group.blocks.length, 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys pressed in the field and on the links bubble here
    <div className="block-list" onKeyDown={moveWithArrows}>
      <div className="search">
        <Icon name="search" />
        <input
          ref={searchField}
          type="search"
          value={query}
          placeholder={messages.searchBlocks}
          aria-label={messages.searchBlocks}
          onChange={(event) => setQuery(event.target.value)}
        />
        <span className="kbd" aria-hidden="true">
          /
        </span>
      </div>
      {blocks.isPending && <p className="note">{messages.loadingBlocks}</p>}
      {blocks.isError && (
        <div className="note" role="alert">
          {isRefused(blocks.error) ? (
            <p>{messages.needsToken}</p>
          ) : (
            <>
              <p>
                <strong>{messages.serverSilent}.</strong> {blocks.error.message}
              </p>
              <button type="button" className="button small" onClick={() => void blocks.refetch()}>
                {messages.tryAgain}
              </button>
            </>
          )}
        </div>
      )}
      {blocks.data && found === 0 && (
        <p className="note">{query ? messages.noBlockFound(query) : messages.noBlocks}</p>
      )}
      {groups.map((group) => (
        <section key={group.packageName} aria-label={group.packageName}>
          <h2 className="group-title">{group.packageName}</h2>
          <ul>
            {group.blocks.map((block) => (
              <li key={block.blockId}>
                <a
                  className="row"
                  href={formatRoute({ page: "block", blockId: block.blockId, taskId: undefined })}
                  aria-current={block.blockId === selected ? "page" : undefined}
                >
                  <BlockTile block={block} />
                  <span className="row-text">
                    <span className="row-title">{titleOf(block)}</span>
                    <span className="row-note">{block.description}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function useSlashToFocus() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return field;
}

function moveWithArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, a")];
  const position = stops.indexOf(document.activeElement as HTMLElement);
  const next = stops[position + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
