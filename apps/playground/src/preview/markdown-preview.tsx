import DOMPurify from "dompurify";
import { marked } from "marked";
import { useLayoutEffect, useRef } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import type { PreviewItem } from "../state/task-view.ts";
import { TextView } from "../ui/text-view.tsx";
import { SourceCard } from "./source-card.tsx";
import { useSourceText } from "./use-source.ts";

/** A block's Markdown without anything that acts: no scripts, forms, frames, styles or handlers. */
export default function MarkdownPreview({ item, source }: { item: PreviewItem; source: string }) {
  const isPath = /^(\/|[A-Za-z]:\\)\S+$/.test(source);
  return isPath ? <MarkdownFile item={item} source={source} /> : <MarkdownText text={source} />;
}

function MarkdownFile({ item, source }: { item: PreviewItem; source: string }) {
  const { text, isCut, path, url } = useSourceText(item, source, "text/markdown");
  return text === undefined || isCut ? <SourceCard path={path} url={url} /> : <MarkdownText text={text} />;
}

/** The parser takes seconds for some texts of that many characters; longer ones are shown as they are written. */
const longest = 100_000;

function MarkdownText({ text }: { text: string }) {
  const messages = useMessages();
  return text.length > longest ? (
    <TextView text={text} label={messages.previews} fileName="preview.md" />
  ) : (
    <FormattedText text={text} />
  );
}

function FormattedText({ text }: { text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.replaceChildren(cleanMarkdown(text));
  }, [text]);
  return <div ref={box} className="markdown" />;
}

function cleanMarkdown(text: string): DocumentFragment {
  const html = marked.parse(text, { async: false, gfm: true });
  const fragment = DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "dialog"],
    // An `id` or `name` of the block's could stand in for one of the page's own.
    FORBID_ATTR: ["style", "id", "name", "class"],
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return fragment;
}
