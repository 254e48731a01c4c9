import { isFinalStatus } from "@oomol/connect-browser";
import { useEffect } from "react";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { clearHistory, type HistoryEntry, historyStore } from "../state/history.ts";
import { languageStore } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { useStore } from "../state/store.ts";
import { StatusPill } from "../ui/status-pill.tsx";
import { useBlockTitles } from "./use-blocks.ts";

/** Tasks that were run from this browser, the latest first. */
export function HistoryList({ selected }: { selected: string | undefined }) {
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
          <li key={entry.taskId}>
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
          </li>
        ))}
      </ul>
      <button type="button" className="button quiet small" onClick={clearHistory}>
        {messages.clearHistory}
      </button>
    </div>
  );
}

const mostAttached = 5;

/** Looks again after tasks that were under way when the page was last left. */
export function useUnfinishedTasks(): void {
  const { tasks } = useConnection();
  useEffect(() => {
    const isOpen = ({ status }: HistoryEntry) => !isFinalStatus(status) && status !== "unknown";
    for (const { taskId } of historyStore.get().filter(isOpen).slice(0, mostAttached)) tasks.follow(taskId);
  }, [tasks]);
}
