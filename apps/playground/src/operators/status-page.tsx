import "../styles/operators.css";
import type { ServerStatus } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { useMessages } from "../i18n/use-messages.ts";
import { languageStore } from "../state/preferences.ts";
import { useStore } from "../state/store.ts";
import { BackLink } from "../ui/back-link.tsx";
import { Pill } from "../ui/pill.tsx";
import { DiskCard } from "./disk-card.tsx";
import { FailuresCard } from "./failures-card.tsx";
import { ProcessesCard } from "./processes-card.tsx";
import { StatusTiles } from "./status-tiles.tsx";
import { isDenied, useServerStatus } from "./use-server-status.ts";
import { useStatusWords } from "./use-status-words.ts";
import { WaitingTask } from "./waiting-task.tsx";
import { WebhooksCard } from "./webhooks-card.tsx";
import { WorkersCard } from "./workers-card.tsx";

/** How the server is, for those who keep it running; looked at again while the page is visible. */
export default function StatusPage() {
  const messages = useMessages();
  const words = useStatusWords();
  const { data, error } = useServerStatus(true);
  const isRefused = isDenied(error);
  const status = isRefused ? undefined : data;
  return (
    <article className="block-page">
      <header className="block-header">
        <BackLink />
        <div className="status-title">
          <h1>{messages.serverStatus}</h1>
          {status && <Pill status={error ? "failed" : "completed"}>{error ? words.silent : words.live}</Pill>}
        </div>
        {status && <Server status={status} />}
      </header>
      {error && <p className="alert">{isRefused ? words.unsupported : error.message}</p>}
      {status && (
        <>
          <StatusTiles status={status} />
          {status.queue.oldest && <WaitingTask task={status.queue.oldest} readAt={status.readAt} />}
          <WorkersCard status={status} />
          <WebhooksCard readAt={status.readAt} />
          <div className="status-columns">
            <FailuresCard failures={status.failures} readAt={status.readAt} />
            <ProcessesCard executors={status.executors} />
            <DiskCard disk={status.disk} />
          </div>
        </>
      )}
    </article>
  );
}

function Server({ status: { kind, versions, startedAt, readAt } }: { status: ServerStatus }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const time = new Date(readAt).toLocaleTimeString(language);
  return (
    <p className="status-facts">
      <span>{words.kinds[kind] ?? kind}</span>
      <span className="version">Connect {versions.server}</span>
      <span className="version">Node.js {versions.node}</span>
      <span className="version">{versions.database}</span>
      <span>{words.upFor(formatAge(readAt - startedAt, language))}</span>
      <span className="status-time">{words.readAt(time)}</span>
    </p>
  );
}
