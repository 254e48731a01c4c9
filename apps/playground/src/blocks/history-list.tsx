import { isFinalStatus } from "@oomol/connect-browser";
import { useState } from "react";
import { useMessages } from "../i18n/use-messages.ts";
import { clearHistory, forgetTask } from "../state/history.ts";
import { languageStore } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusPill } from "../ui/status-pill.tsx";
import type { HistoryRow } from "./merge-tasks.ts";
import { useBlockTitles } from "./use-blocks.ts";
import { isUnsupported, useDeleteTask, useHistory } from "./use-history.ts";

/** The tasks of the server, the latest first. */
export default function HistoryList({ selected }: { selected: string | undefined }) {
  const messages = useMessages();
  const { rows, showMore, hasOwn, isPending } = useHistory();
  const titles = useBlockTitles();
  const language = useStore(languageStore);
  const time = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  if (rows.length === 0) return isPending ? null : <p className="note">{messages.noHistory}</p>;
  return (
    <div className="history-list">
      <ul>
        {rows.map((row) => (
          <li key={row.taskId} className="history-item">
            <a
              className="row"
              href={formatRoute({ page: "block", blockId: row.blockId, taskId: row.taskId })}
              aria-current={row.taskId === selected ? "page" : undefined}
            >
              <span className="row-text">
                <span className="row-title">{titles(row.blockId)}</span>
                <span className="row-note">{time.format(row.startedAt)}</span>
              </span>
              <StatusPill status={row.status} />
            </a>
            <Remove row={row} />
          </li>
        ))}
      </ul>
      {showMore && (
        <button type="button" className="button quiet small" onClick={showMore}>
          {messages.showMore}
        </button>
      )}
      {hasOwn && (
        <button type="button" className="button quiet small" onClick={clearHistory}>
          {messages.clearHistory}
        </button>
      )}
    </div>
  );
}

/** Needs nothing of the task but its id, so that one goes away that cannot be drawn. */
function Remove({ row: { taskId, status, isStored } }: { row: HistoryRow }) {
  const messages = useMessages();
  const deletion = useDeleteTask();
  const [isAsked, setAsked] = useState(false);
  if (!isStored) return <Cross label={messages.forget} onPress={() => forgetTask(taskId)} />;
  if (!isFinalStatus(status)) return null;
  if (deletion.error) {
    const words = isUnsupported(deletion.error) ? messages.keepsTasks : deletion.error.message;
    return (
      <span className="row-note" role="alert">
        {words}
      </span>
    );
  }
  if (!isAsked) return <Cross label={messages.deleteTask} onPress={() => setAsked(true)} />;
  return (
    <button
      // It stands where the other one was, which had the focus.
      ref={(button) => button?.focus()}
      type="button"
      className="button danger small"
      disabled={deletion.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => deletion.mutate(taskId)}
    >
      {messages.deleteForGood}
    </button>
  );
}

function Cross({ label, onPress }: { label: string; onPress(): void }) {
  return (
    <button type="button" className="button quiet small" aria-label={label} onClick={onPress}>
      <Icon name="close" />
    </button>
  );
}
