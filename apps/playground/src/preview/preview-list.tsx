import "../styles/preview.css";
import { lazy, type ReactNode, Suspense } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { JsonView } from "../ui/json-view.tsx";
import { ScrollRegion } from "../ui/scroll-region.tsx";
import { HtmlPreview, IframePreview } from "./html-preview.tsx";
import { MediaPreview } from "./media-preview.tsx";

const MarkdownPreview = lazy(() => import("./markdown-preview.tsx"));
const TablePreview = lazy(() => import("./table-preview.tsx"));

/** What a block has shown, the first on top. */
export default function PreviewList({ previews }: { previews: readonly PreviewItem[] }) {
  return (
    <div className="previews">
      {previews.map((item) => (
        <article key={item.id} className="preview" data-type={item.type}>
          <Suspense>
            <Preview item={item} />
          </Suspense>
        </article>
      ))}
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
        {sources.map((source, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of one preview never changes
          <MediaPreview key={position} item={item} type="image" source={source} />
        ))}
      </div>
    );
  }
  if (typeof data !== "string") {
    if (type.startsWith("text")) return <TextView text={JSON.stringify(data, null, 2) ?? ""} label={label} />;
    return <JsonView value={data} label={label} />;
  }
  if (type === "svg") return <MediaPreview item={item} type="image" source={data} />;
  if (type === "image" || type === "audio" || type === "video") {
    return <MediaPreview item={item} type={type} source={data} />;
  }
  if (type === "markdown" || type === "text/markdown") return <MarkdownPreview item={item} source={data} />;
  if (type === "html" || type === "text/html") return <HtmlPreview item={item} source={data} />;
  if (type === "iframe") return <IframePreview item={item} source={data} />;
  if (type === "json") return <JsonView value={parseJson(data)} label={label} />;
  return <TextView text={data} label={label} />;
}

function TextView({ text, label }: { text: string; label: string }) {
  return (
    <ScrollRegion className="code" label={label}>
      <pre>{text}</pre>
    </ScrollRegion>
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
