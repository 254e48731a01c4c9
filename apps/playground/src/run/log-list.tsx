import { memo } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { LogLine } from "../state/task-view.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { DownloadButton } from "../ui/download-button.tsx";
import { shortText } from "../ui/short-text.ts";
import { useKeptEnd } from "../ui/use-kept-end.ts";
import { sectionProps } from "./section-links.tsx";

/** In characters; what is copied or saved has all of them. */
const longestLine = 10_000;

/** A block's log lines; stays at the end unless somebody has scrolled up to read. */
export function LogList({
  taskId,
  lines,
  droppedLines,
}: {
  taskId: string;
  lines: readonly LogLine[];
  droppedLines: number;
}) {
  const messages = useMessages();
  const box = useKeptEnd();
  const pieces = (characters: number) => textPieces(lines, characters);
  return (
    <section {...sectionProps("logs")}>
      <div className="section-head">
        <h3>{messages.logs}</h3>
        <CopyButton text={() => shortText(pieces)} label={messages.logs} />
        <DownloadButton name={`logs-${taskId}.txt`} pieces={pieces} />
      </div>
      {droppedLines > 0 && <p className="note">{messages.logsDropped(droppedLines)}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={box} className="log" role="log" aria-label={messages.logs} tabIndex={0}>
        <div>
          {lines.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </div>
      </div>
    </section>
  );
}

/** Drawn once, and laid out only if it is in sight; a search in the page finds it all the same. */
const Line = memo(function Line({ line: { kind, text } }: { line: LogLine }) {
  const shown = text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
  const rows = Math.ceil(shown.length / usualRow) || 1;
  return (
    <div data-kind={kind} style={{ containIntrinsicBlockSize: `auto ${rows}lh` }}>
      {shown}
    </div>
  );
});

/** In characters, to guess how high a line is that has not been laid out. */
const usualRow = 100;

/** The lines as a text, in pieces of `characters` or a line more. */
function* textPieces(lines: readonly LogLine[], characters: number): Generator<string, void> {
  let text = "";
  for (const line of lines) {
    if (text.length >= characters) {
      yield text;
      text = "";
    }
    text += `${line.text}\n`;
  }
  yield text;
}
