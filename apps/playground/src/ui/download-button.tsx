import { useMessages } from "../i18n/use-messages.ts";
import { downloadPieces } from "./download.ts";
import { Icon } from "./icon.tsx";

interface DownloadButtonProps {
  /** Of the file. */
  name: string;
  pieces(characters: number): Iterable<string>;
}

/** Saves a text as a file. */
export function DownloadButton({ name, pieces }: DownloadButtonProps) {
  const messages = useMessages();
  return (
    <button type="button" className="button quiet small" onClick={() => void downloadPieces(name, pieces)}>
      <Icon name="download" />
      {messages.download}
    </button>
  );
}
