import { isFinalStatus } from "@oomol/connect-browser";
import { useMutation } from "@tanstack/react-query";
import { useConnection } from "../connection/connection.tsx";
import { useMessages } from "../i18n/use-messages.ts";
import type { TaskView } from "../state/task-view.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusPill } from "../ui/status-pill.tsx";
import { ElapsedTime } from "./elapsed-time.tsx";
import { type PageSection, SectionLinks } from "./section-links.tsx";

interface RunBarProps {
  taskId: string;
  view: TaskView;
  /** Why it failed, in a line. */
  reason: string | undefined;
  sections: readonly PageSection[];
}

/** What stays in sight while one scrolls: how far the task is, the way to stop it, and why it failed. */
export function RunBar({ taskId, view, reason, sections }: RunBarProps) {
  const messages = useMessages();
  const { tasks } = useConnection();
  const stop = useMutation({ mutationFn: () => tasks.stop(taskId) });
  const isRunning = !isFinalStatus(view.status) && view.error === undefined;
  const percent = view.status === "completed" ? 100 : view.progress;
  return (
    <div className="run-bar">
      <div className="run-head" role="status">
        <StatusPill status={view.status} />
        <ElapsedTime from={view.startedAt} to={isRunning ? undefined : view.endedAt} />
        {percent !== undefined && <span className="run-percent">{Math.round(percent)}%</span>}
      </div>
      {view.pendingReason !== undefined && (
        <p className="note" role="status">
          {view.pendingReason}
        </p>
      )}
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
      {sections.length > 0 && <SectionLinks sections={["inputs", ...sections, "useInCode"]} />}
      {stop.error && <p className="alert">{stop.error.message}</p>}
      {reason !== undefined && (
        <section className="alert" role="alert">
          <h3>{messages.whatWentWrong}</h3>
          <pre>{reason}</pre>
        </section>
      )}
    </div>
  );
}
