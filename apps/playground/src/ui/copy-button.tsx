import { useEffect, useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { Icon } from "./icon.tsx";

interface CopyButtonProps {
  /** A long one is made when it is wanted; undefined if it is too long for that. */
  text: string | (() => string | undefined);
  label?: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const messages = useMessages();
  const [told, setTold] = useState<"copied" | "tooLong">();
  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(() => setTold(undefined), 1_600);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = () => {
    const copied = typeof text === "string" ? text : text();
    if (copied === undefined) return setTold("tooLong");
    // Refused if the page is not in the foreground; nothing is lost then.
    navigator.clipboard?.writeText(copied).then(
      () => setTold("copied"),
      () => undefined,
    );
  };
  const said = messages[told ?? "copy"];
  return (
    <button
      type="button"
      className="button quiet small"
      onClick={copy}
      aria-label={label ? `${said}: ${label}` : said}
    >
      <Icon name={told === "copied" ? "check" : "copy"} />
      <span aria-live="polite">{said}</span>
    </button>
  );
}
