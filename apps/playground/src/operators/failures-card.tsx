import type { RecentFailures } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { languageStore } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { useStore } from "../state/store.ts";
import { Share } from "./share.tsx";
import { useStatusWords } from "./use-status-words.ts";

/** Which blocks failed, the one with the most failures first. */
export function FailuresCard({ failures, readAt }: { failures: RecentFailures; readAt: number }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const most = failures.blocks[0]?.count ?? 0;
  return (
    <section className="card" aria-labelledby="failures-title">
      <h2 id="failures-title">{words.failuresByBlock}</h2>
      {most === 0 && <p className="note">{words.noFailures}</p>}
      <ul className="failure-list">
        {failures.blocks.map(({ blockId, count, lastAt }) => (
          <li key={blockId}>
            <a href={formatRoute({ page: "block", blockId, taskId: undefined })}>
              <code>{blockId}</code>
            </a>
            <strong>{count.toLocaleString(language)}</strong>
            <Share parts={[["bad", count, most]]} />
            <span className="note">{words.lastOne(formatAge(readAt - lastAt, language))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
