import { isFinalStatus } from "@oomol/connect-browser";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import { useStore } from "../state/store.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { downloadPieces } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { jsonPieces } from "../ui/json-pieces.ts";
import { JsonView } from "../ui/json-view.tsx";
import { StatusPill } from "../ui/status-pill.tsx";
import { ElapsedTime } from "./elapsed-time.tsx";
import { LogList } from "./log-list.tsx";
import { ResultFiles } from "./result-files.tsx";

const PreviewList = lazy(() => import("../preview/preview-list.tsx"));

/** Everything that a task shows, from its start to its end. */
export function RunPanel({ taskId }: { taskId: string }) {
  const messages = useMessages();
  const { tasks } = useConnection();
  const view = useStore(tasks.follow(taskId));
  const stop = useMutation({ mutationFn: () => tasks.stop(taskId) });
  const isRunning = !isFinalStatus(view.status) && view.error === undefined;
  const percent = view.status === "completed" ? 100 : view.progress;
  const hasOutputs = Object.keys(view.outputs).length > 0;
  const json = (characters: number) => jsonPieces(view.outputs, characters);
  return (
    <>
      <div className="run-head" role="status">
        <StatusPill status={view.status} />
        <ElapsedTime from={view.startedAt} to={isRunning ? undefined : view.endedAt} />
        {percent !== undefined && <span className="run-percent">{Math.round(percent)}%</span>}
      </div>
      <div className="run-progress">
        <progress
          aria-label={messages.progress}
          max={100}
          data-status={view.status}
          {...(isRunning && percent === undefined ? {} : { value: percent ?? 0 })}
        />
        {isRunning && (
          <button
            type="button"
            className="button danger"
            disabled={stop.isPending}
            onClick={() => stop.mutate()}
          >
            <Icon name="stop" />
            {stop.isPending ? messages.stopping : messages.stop}
          </button>
        )}
      </div>
      {stop.error && <p className="alert">{stop.error.message}</p>}
      {view.error !== undefined && (
        <section className="alert" role="alert">
          <h3>{messages.whatWentWrong}</h3>
          <pre>{view.error}</pre>
        </section>
      )}
      {view.previews.length > 0 && (
        <section>
          <h3>{messages.previews}</h3>
          <Suspense>
            <PreviewList taskId={taskId} previews={view.previews} />
          </Suspense>
        </section>
      )}
      {(hasOutputs || view.status === "completed") && (
        <section>
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
      {view.lines.length > 0 && <LogList lines={view.lines} droppedLines={view.droppedLines} />}
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
