import { useLayoutEffect, useRef, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { NearView } from "./near-view.tsx";
import { SourceCard } from "./source-card.tsx";
import { classifySource } from "./source-kind.ts";
import { useSourceText } from "./use-source.ts";

/** Scripts may run, for plots; without `allow-same-origin` they run as nobody, with no storage and no way to us. */
const sandbox = "allow-scripts";

const lowestPx = 48;
/** Higher ones scroll. */
const highestPx = 5_000;
/** A page that is as high as its window and a little more would grow for ever. */
const mostChanges = 30;
/** Of the style sheet, above and below. */
const bordersPx = 2;

/** A block's own HTML, in a frame of an opaque origin. The frame is a file, so that its policy can differ from the page's. */
export function HtmlFrame({ html }: { html: string }) {
  // Also while it is far away: what stands in for it is as high.
  const [height, setHeight] = useState<number>();
  return (
    <NearView height={height}>
      {/* Another text needs a fresh document. */}
      <LiveFrame key={html} html={html} height={height} onHeight={setHeight} />
    </NearView>
  );
}

interface LiveFrameProps {
  html: string;
  height: number | undefined;
  onHeight(px: number): void;
}

function LiveFrame({ html, height, onHeight }: LiveFrameProps) {
  const messages = useMessages();
  const frame = useRef<HTMLIFrameElement>(null);
  // Before the frame can say anything.
  useLayoutEffect(() => {
    let changes = 0;
    let last: number | undefined;
    const listen = (event: MessageEvent) => {
      const target = frame.current?.contentWindow;
      if (!target || event.source !== target) return;
      // An opaque origin has no name that could be given here.
      if (event.data === "preview-frame-ready") target.postMessage({ html }, "*");
      // The block's own scripts may say this too: more than a height within bounds it cannot be.
      const told: unknown = event.data?.previewHeight;
      if (typeof told !== "number") return;
      const next = Math.min(highestPx, Math.max(lowestPx, Math.ceil(told) + bordersPx));
      if (next === last || changes >= mostChanges) return;
      changes += 1;
      last = next;
      onHeight(next);
    };
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, [html, onHeight]);
  return (
    <iframe
      ref={frame}
      className="frame"
      title={messages.previews}
      sandbox={sandbox}
      referrerPolicy="no-referrer"
      src="./preview-frame.html"
      style={{ height }}
    />
  );
}

/** HTML given as text, or as a path on the server. */
export function HtmlPreview({ item, source }: { item: PreviewItem; source: string }) {
  const isText = source.includes("<");
  return isText ? <HtmlFrame html={source} /> : <HtmlFile item={item} source={source} />;
}

/** A page elsewhere, or a file of the task: the latter never by its address, which is of our own origin. */
export function IframePreview({ item, source }: { item: PreviewItem; source: string }) {
  const messages = useMessages();
  const classified = classifySource(source, "text/html");
  if (classified.kind === "path") return <HtmlFile item={item} source={source} />;
  return (
    <>
      <NearView height={undefined}>
        <iframe
          className="frame"
          title={messages.previews}
          sandbox={sandbox}
          referrerPolicy="no-referrer"
          src={classified.url}
        />
      </NearView>
      <SourceLink url={classified.url} />
    </>
  );
}

function HtmlFile({ item, source }: { item: PreviewItem; source: string }) {
  const { text, isCut, path, url } = useSourceText(item, source, "text/html");
  return text === undefined || isCut ? <SourceCard path={path} url={url} /> : <HtmlFrame html={text} />;
}

function SourceLink({ url }: { url: string }) {
  const messages = useMessages();
  if (!/^https?:/i.test(url)) return null;
  return (
    <a className="source-link" href={url} target="_blank" rel="noopener noreferrer">
      {messages.openLink}
    </a>
  );
}
