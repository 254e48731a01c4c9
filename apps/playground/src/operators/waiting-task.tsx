import type { WaitingTask as Waiting } from "@oomol/connect-browser";
import { formatAge } from "@oomol/connect-shared/format-age";
import { languageStore } from "../state/preferences.ts";
import { formatRoute } from "../state/route.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icon.tsx";
import { useStatusWords } from "./use-status-words.ts";

/** The task that waits for longest, with the way to it and the reason. */
export function WaitingTask({ task, readAt }: { task: Waiting; readAt: number }) {
  const words = useStatusWords();
  const language = useStore(languageStore);
  const { taskId, blockId, createdAt, reason } = task;
  return (
    <section className="status-waiting" aria-labelledby="waiting-title">
      <Icon name="clock" />
      <div>
        <h2 id="waiting-title">{words.waitsLongest}</h2>
        <p>
          <a href={formatRoute({ page: "block", blockId, taskId })}>
            <code>{blockId}</code>
          </a>{" "}
          {words.waitsFor(formatAge(readAt - createdAt, language))}
        </p>
        {reason !== undefined && <p lang="en">{reason}</p>}
      </div>
    </section>
  );
}
