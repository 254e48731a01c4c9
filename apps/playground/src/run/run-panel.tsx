import { lazy, Suspense } from "react";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { useStore } from "../state/store.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { DownloadButton } from "../ui/download-button.tsx";
import { jsonPieces } from "../ui/json-pieces.ts";
import { JsonView } from "../ui/json-view.tsx";
import { ScrollRegion } from "../ui/scroll-region.tsx";
import { shortText } from "../ui/short-text.ts";
import { LogList } from "./log-list.tsx";
import { ResultFiles } from "./result-files.tsx";
import { RunBar } from "./run-bar.tsx";
import { sectionProps } from "./section-links.tsx";

const PreviewList = lazy(() => import("../preview/preview-list.tsx"));

/** Everything that a task shows, from its start to its end. */
export function RunPanel({ taskId }: { taskId: string }) {
  const messages = useMessages();
  const { tasks } = useConnection();
  const view = useStore(tasks.follow(taskId));
  const hasOutputs = Object.keys(view.outputs).length > 0;
  const hasResult = hasOutputs || view.status === "completed";
  const failure = view.error === undefined ? undefined : splitReason(view.error);
  const shown = { previews: view.previews.length > 0, result: hasResult, logs: view.lines.length > 0 };
  const sections = (["previews", "result", "logs"] as const).filter((section) => shown[section]);
  const json = (characters: number) => jsonPieces(view.outputs, characters);
  return (
    <>
      <RunBar taskId={taskId} view={view} reason={failure?.reason} sections={sections} />
      {failure && failure.details !== "" && (
        <ScrollRegion className="alert-details" label={messages.whatWentWrong}>
          <pre>{failure.details}</pre>
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
                <DownloadButton name={`result-${taskId}.json`} pieces={json} />
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
      {shown.logs && <LogList taskId={taskId} lines={view.lines} droppedLines={view.droppedLines} />}
    </>
  );
}

/** In characters: a few lines on a phone. */
const longestReason = 200;

/** The first line of an error, and what is behind it: where it came from, or the rest of what is long. */
function splitReason(error: string): { reason: string; details: string } {
  const end = error.indexOf("\n");
  const line = end < 0 ? error : error.slice(0, end);
  if (line.length > longestReason) return { reason: `${line.slice(0, longestReason)}…`, details: error };
  return { reason: line, details: end < 0 ? "" : error.slice(end + 1).replaceAll(/^ {4}(?=at )/gm, "") };
}
