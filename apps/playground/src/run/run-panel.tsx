import { lazy, Suspense } from "react";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { useStore } from "../state/store.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { downloadPieces } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { jsonPieces } from "../ui/json-pieces.ts";
import { JsonView } from "../ui/json-view.tsx";
import { ScrollRegion } from "../ui/scroll-region.tsx";
import { LogList } from "./log-list.tsx";
import { ResultFiles } from "./result-files.tsx";
import { RunBar, splitReason } from "./run-bar.tsx";
import { sectionProps } from "./section-links.tsx";

const PreviewList = lazy(() => import("../preview/preview-list.tsx"));

/** Everything that a task shows, from its start to its end. */
export function RunPanel({ taskId }: { taskId: string }) {
  const messages = useMessages();
  const { tasks } = useConnection();
  const view = useStore(tasks.follow(taskId));
  const hasOutputs = Object.keys(view.outputs).length > 0;
  const hasResult = hasOutputs || view.status === "completed";
  const { details } = splitReason(view.error ?? "");
  const shown = { previews: view.previews.length > 0, result: hasResult, logs: view.lines.length > 0 };
  const sections = (["previews", "result", "logs"] as const).filter((section) => shown[section]);
  const json = (characters: number) => jsonPieces(view.outputs, characters);
  return (
    <>
      <RunBar taskId={taskId} view={view} sections={sections} />
      {details !== "" && (
        <ScrollRegion className="alert-details" label={messages.whatWentWrong}>
          <pre>{details}</pre>
        </ScrollRegion>
      )}
      {shown.previews && (
        <section {...sectionProps("previews")}>
          <h3>{messages.previews}</h3>
          <Suspense>
            <PreviewList taskId={taskId} previews={view.previews} />
          </Suspense>
        </section>
      )}
      {hasResult && (
        <section {...sectionProps("result")}>
          <div className="section-head">
            <h3>{messages.result}</h3>
            {hasOutputs && (
              <>
                <CopyButton text={() => shortText(json)} label={messages.result} />
                <button
                  type="button"
                  className="button quiet small"
                  onClick={() => void downloadPieces(`result-${taskId}.json`, json)}
                >
                  <Icon name="download" />
                  {messages.download}
                </button>
              </>
            )}
          </div>
          {hasOutputs ? (
            <>
              <JsonView value={view.outputs} label={messages.result} />
              <ResultFiles taskId={taskId} sessionId={view.sessionId} outputs={view.outputs} />
            </>
          ) : (
            <p className="note">{messages.noResult}</p>
          )}
        </section>
      )}
      {shown.logs && <LogList lines={view.lines} droppedLines={view.droppedLines} />}
    </>
  );
}

/** What a clipboard takes at once, in characters. */
const longestCopied = 500_000;

/** Undefined if it is longer. */
function shortText(pieces: (characters: number) => Iterator<string>): string | undefined {
  const all = pieces(longestCopied);
  const { value: text } = all.next();
  return all.next().done ? (text ?? "") : undefined;
}
