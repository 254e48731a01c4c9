import { memo, type ReactNode, useMemo, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { DownloadButton } from "./download-button.tsx";
import { ScrollRegion } from "./scroll-region.tsx";

interface PagedTextProps {
  label: string;
  /** All of the text; what is not asked for is never made. Another function is another text. */
  pieces(characters: number): Iterator<string> & Iterable<string>;
  /** A page of the text as it is drawn. */
  draw?(page: string): ReactNode;
  /** The name under which all of it is saved; without one it can be saved elsewhere. */
  fileName?: string | undefined;
}

/** In characters: what a page draws at once without anybody noticing. */
const pageLength = 25_000;
const mostPages = 40;

/** A text of any length: its first page, further ones when they are asked for, and the whole of a long one as a file. */
export function PagedText({ label, pieces, draw, fileName }: PagedTextProps) {
  const messages = useMessages();
  const [asked, setAsked] = useState(1);
  const read = useMemo(() => readPages(pieces(pageLength)), [pieces]);
  const { pages, isEnd } = read(asked);
  const mayGrow = !isEnd && asked < mostPages;
  return (
    <>
      <ScrollRegion className="code" label={label}>
        {pages.map((page, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is its place
          <Page key={position} text={page} draw={draw} />
        ))}
      </ScrollRegion>
      {!isEnd && (
        <div className="text-foot">
          {mayGrow && (
            <button type="button" className="button quiet small" onClick={() => setAsked(asked + 1)}>
              {messages.showMore}
            </button>
          )}
          {fileName !== undefined && <DownloadButton name={fileName} pieces={pieces} />}
          <span className="note">{messages.beginning}</span>
        </div>
      )}
    </>
  );
}

/** Drawn once, and laid out only if it is in sight. */
const Page = memo(function Page({ text, draw }: { text: string; draw?: PagedTextProps["draw"] }) {
  return <pre>{draw ? draw(text) : text}</pre>;
});

/** Answers the first pages of a text and whether they are all; one more is always read. */
function readPages(pieces: Iterator<string>) {
  const known: string[] = [];
  let isEnd = false;
  return (count: number): { pages: string[]; isEnd: boolean } => {
    while (known.length <= count && !isEnd) {
      const { value, done } = pieces.next();
      if (done) isEnd = true;
      else known.push(value);
    }
    return { pages: known.slice(0, count), isEnd: isEnd && known.length <= count };
  };
}
