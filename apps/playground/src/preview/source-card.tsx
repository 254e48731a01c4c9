import { useMessages } from "../i18n/use-messages.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Icon } from "../ui/icon.tsx";

/** A source that this page does not show itself: an address to open, or the path on the server. */
export function SourceCard({ url, path }: { url?: string | undefined; path?: string | undefined }) {
  const messages = useMessages();
  const isWebAddress = url !== undefined && /^https?:/i.test(url);
  return (
    <div className="source-card">
      <Icon name="file" />
      <div>
        <span className="source-label">
          {path === undefined ? messages.previewFailed : messages.serverPath}
        </span>
        <span className="source-path">{path ?? (isWebAddress ? url : "")}</span>
      </div>
      {path !== undefined && <CopyButton text={path} label={messages.serverPath} />}
      {isWebAddress && (
        <a className="button quiet small" href={url} target="_blank" rel="noopener noreferrer">
          <Icon name="link" />
          {messages.openLink}
        </a>
      )}
    </div>
  );
}
