import { useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { SourceCard } from "./source-card.tsx";
import { useSource } from "./use-source.ts";

interface MediaProps {
  item: PreviewItem;
  type: "image" | "audio" | "video";
  source: string;
}

const fallbackTypes = { image: "image/png", audio: "audio/wav", video: "video/mp4" };

/** A picture, a sound or a film; if it cannot be had, its address or path. */
export function MediaPreview({ item, type, source }: MediaProps) {
  const messages = useMessages();
  const { url, path } = useSource(item, source, fallbackTypes[type]);
  const [failedUrl, setFailedUrl] = useState<string>();
  if (url === undefined || url === failedUrl) return <SourceCard url={url} path={path} />;
  const common = { src: url, onError: () => setFailedUrl(url) };
  if (type === "image") {
    return (
      <figure className="media">
        <img {...common} alt={messages.imageOf(path ?? `#${item.id}`)} referrerPolicy="no-referrer" />
      </figure>
    );
  }
  const Player = type;
  return (
    <figure className="media">
      <Player {...common} controls preload="metadata" aria-label={messages.previews} />
    </figure>
  );
}
