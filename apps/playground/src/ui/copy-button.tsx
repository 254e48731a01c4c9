import { useEffect, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "./icon.tsx";

/** Copies a text; a long one is made when it is wanted. */
export function CopyButton({ text, label }: { text: string | (() => string); label?: string }) {
  const messages = useMessages();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    // Refused if the page is not in the foreground; nothing is lost then.
    navigator.clipboard?.writeText(typeof text === "string" ? text : text()).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  const said = isCopied ? messages.copied : messages.copy;
  return (
    <button
      type="button"
      className="button quiet small"
      onClick={copy}
      aria-label={label ? `${said}: ${label}` : said}
    >
      <Icon name={isCopied ? "check" : "copy"} />
      <span aria-live="polite">{said}</span>
    </button>
  );
}
