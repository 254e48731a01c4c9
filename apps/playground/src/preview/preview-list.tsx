import "../styles/preview.css";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { Capped } from "../ui/capped.tsx";
import { ErrorBoundary } from "../ui/error-boundary.tsx";
import { Icon } from "../ui/icon.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { TextView } from "../ui/text-view.tsx";
import { broughtPageDown, guardDrawing } from "./draw-guard.ts";
import { HtmlPreview, IframePreview } from "./html-preview.tsx";
import { MediaPreview } from "./media-preview.tsx";

const MarkdownPreview = lazy(() => import("./markdown-preview.tsx"));
const TablePreview = lazy(() => import("./table-preview.tsx"));

const mostPreviews = 50;
const mostPictures = 100;

interface PreviewListProps {
  taskId: string;
  previews: readonly PreviewItem[];
}

/** What a block has shown. If the page went down with it the last time, it is drawn only when somebody asks for it. */
export default function PreviewList({ taskId, previews }: PreviewListProps) {
  const messages = useMessages();
  const [isHeldBack, setHeldBack] = useState(() => broughtPageDown(taskId));
  if (!isHeldBack) return <DrawnPreviews taskId={taskId} previews={previews} />;
  return (
    <div className="source-card">
      <Icon name="alert" />
      <div>{messages.previewsHeldBack}</div>
      <button type="button" className="button quiet small" onClick={() => setHeldBack(false)}>
        {messages.openPage}
      </button>
    </div>
  );
}

/** The first on top. A preview that cannot be drawn says so in its place. */
function DrawnPreviews({ taskId, previews }: PreviewListProps) {
  const [isGuarded, setGuarded] = useState(false);
  useEffect(() => {
    const stop = guardDrawing(taskId);
    // What is remembered has left this page by then; drawing may be what holds it up.
    const timer = setTimeout(() => setGuarded(true));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [taskId]);
  if (!isGuarded) return null;
  return (
    <div className="previews">
      <Capped items={previews} most={mostPreviews}>
        {(item) => (
          <article key={item.place} className="preview" data-type={item.type}>
            <ErrorBoundary>
              <Suspense>
                <Preview item={item} />
              </Suspense>
            </ErrorBoundary>
          </article>
        )}
      </Capped>
    </div>
  );
}

function Preview({ item }: { item: PreviewItem }): ReactNode {
  const messages = useMessages();
  const { type, data } = item;
  // Each part of a page that can be jumped to needs a name of its own.
  const label = `${messages.previews} ${item.id}`;
  if (type === "table" || type === "csv") return <TablePreview item={item} />;
  if (type === "image" && Array.isArray(data)) {
    const sources = data.filter((source) => typeof source === "string");
    return (
      <div className="gallery">
        <Capped items={sources} most={mostPictures}>
          {(source, position) => <MediaPreview key={position} item={item} type="image" source={source} />}
        </Capped>
      </div>
    );
  }
  if (typeof data !== "string" || type === "json") {
    const value = typeof data === "string" ? parseJson(data) : data;
    return <JsonView value={value} label={label} fileName={`preview-${item.id}.json`} />;
  }
  if (type === "svg") return <MediaPreview item={item} type="image" source={data} />;
  if (type === "image" || type === "audio" || type === "video") {
    return <MediaPreview item={item} type={type} source={data} />;
  }
  if (type === "markdown" || type === "text/markdown") return <MarkdownPreview item={item} source={data} />;
  if (type === "html" || type === "text/html") return <HtmlPreview item={item} source={data} />;
  if (type === "iframe") return <IframePreview item={item} source={data} />;
  return <TextView text={data} label={label} fileName={`preview-${item.id}.txt`} />;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
