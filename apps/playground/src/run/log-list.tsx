import { useLayoutEffect, useRef } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { LogLine } from "../state/task-view.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { sectionProps } from "./section-links.tsx";

/** In characters; what is copied has all of them. */
const longestLine = 10_000;

/** A block's log lines; stays at the end unless somebody has scrolled up to read. */
export function LogList({ lines, droppedLines }: { lines: readonly LogLine[]; droppedLines: number }) {
  const messages = useMessages();
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what moves the end
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <section {...sectionProps("logs")}>
      <div className="section-head">
        <h3>{messages.logs}</h3>
        <CopyButton text={() => lines.map(({ text }) => text).join("\n")} label={messages.logs} />
      </div>
      {droppedLines > 0 && <p className="note">{messages.logsDropped(droppedLines)}</p>}
      <div
        ref={box}
        className="log"
        role="log"
        aria-label={messages.logs}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
      >
        {lines.map((line) => (
          <div key={line.id} data-kind={line.kind}>
            {line.text.length > longestLine ? `${line.text.slice(0, longestLine)}…` : line.text}
          </div>
        ))}
      </div>
    </section>
  );
}
