import { useMessages } from "../i18n/use-messages.ts";
import { clearHistory, forgetTask, historyStore } from "../state/history.ts";
import { languageStore } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusPill } from "../ui/status-pill.tsx";
import { useBlockTitles } from "./use-blocks.ts";

/** Tasks that were run from this browser, the latest first. */
export default function HistoryList({ selected }: { selected: string | undefined }) {
  const messages = useMessages();
  const entries = useStore(historyStore);
  const titles = useBlockTitles();
  const language = useStore(languageStore);
  const time = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });
  if (entries.length === 0) return <p className="note">{messages.noHistory}</p>;
  return (
    <div className="history-list">
      <ul>
        {entries.map((entry) => (
          <li key={entry.taskId} className="history-item">
            <a
              className="row"
              href={formatRoute({ page: "block", blockId: entry.blockId, taskId: entry.taskId })}
              aria-current={entry.taskId === selected ? "page" : undefined}
            >
              <span className="row-text">
                <span className="row-title">{titles(entry.blockId)}</span>
                <span className="row-note">{time.format(entry.startedAt)}</span>
              </span>
              <StatusPill status={entry.status} />
            </a>
            <button
              type="button"
              className="button quiet small"
              aria-label={messages.forget}
              onClick={() => forgetTask(entry.taskId)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="button quiet small" onClick={clearHistory}>
        {messages.clearHistory}
      </button>
    </div>
  );
}
