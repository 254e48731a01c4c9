import { useEffect, useRef } from "react";
import { useConnection } from "../connection/connection.tsx";
import { draftsOfInputs } from "../form/draft.ts";
import type { BlockForm } from "../form/use-block-form.ts";
import { notedDrafts } from "../state/history.ts";

/**
 * Puts into the form what the task was started with: what this browser has noted, or else what the server tells of its inputs. What
 * somebody types meanwhile stays.
 */
export function useFormOfTask(form: BlockForm, taskId: string | undefined): void {
  const { tasks } = useConnection();
  const shown = useRef(form.drafts);
  useEffect(() => {
    shown.current = form.drafts;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another task may overwrite what was typed
  useEffect(() => {
    if (taskId === undefined) return;
    const noted = notedDrafts(taskId);
    if (noted) {
      form.restore(noted);
      return;
    }
    const task = tasks.follow(taskId);
    const fill = () => {
      const { inputs } = task.get();
      if (!inputs) return;
      stop();
      if (shown.current === form.drafts) form.restore(draftsOfInputs(form.fields, inputs));
    };
    const stop = task.subscribe(fill);
    fill();
    return stop;
  }, [taskId]);
}
