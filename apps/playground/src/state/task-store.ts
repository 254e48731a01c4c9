import {
  isFinalStatus,
  type OomolConnectClient,
  TaskFailedError,
  type TaskRun,
} from "@oomol/connect-browser";
import { noteTaskStatus } from "./history.ts";
import { createStore, type Store } from "./store.ts";
import { applyTaskEvents, createTaskView, type TaskView } from "./task-view.ts";

/** The tasks that this page follows, each by one loop of requests however many components look. */
export interface TaskStore {
  follow(taskId: string, run?: TaskRun): Store<TaskView>;
  stop(taskId: string): Promise<void>;
}

/** All that it needs of a client. */
interface AttachingClient {
  tasks: Pick<OomolConnectClient["tasks"], "attach">;
}

export function createTaskStore({ tasks }: AttachingClient): TaskStore {
  const followed = new Map<string, { run: TaskRun; view: Store<TaskView> }>();
  const follow: TaskStore["follow"] = (taskId, given) => {
    const known = followed.get(taskId);
    if (known) return known.view;
    const run = given ?? tasks.attach(taskId);
    const view = createStore(createTaskView());
    followed.set(taskId, { run, view });
    void followRun(run, view);
    return view;
  };
  return {
    follow,
    async stop(taskId) {
      follow(taskId);
      await followed.get(taskId)?.run.stop();
    },
  };
}

/** Long enough to gather a burst of log lines, too short to be noticed. */
const gatherMs = 40;

async function followRun(run: TaskRun, view: Store<TaskView>): Promise<void> {
  const batch: Parameters<typeof applyTaskEvents>[2][number][] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const next = applyTaskEvents(view.get(), run.id, batch.splice(0));
    if (next.status !== view.get().status) noteTaskStatus(run.id, next.status);
    view.set(next);
  };
  try {
    for await (const event of run) {
      batch.push(event);
      timer ??= setTimeout(flush, gatherMs);
    }
    flush();
    // A task that was stopped has neither a result nor a reason.
    if (view.get().status === "stopped") return;
    const { result } = await run.result();
    // Until now those of inner blocks and nodes were among them.
    view.set({ ...view.get(), outputs: result });
  } catch (failure) {
    flush();
    view.set({ ...view.get(), error: reasonOf(failure) });
    // A task that the server has forgotten must not count as running for ever.
    if (!isFinalStatus(view.get().status)) noteTaskStatus(run.id, "unknown");
  }
}

function reasonOf(failure: unknown): string {
  if (failure instanceof TaskFailedError && failure.reason)
    return failure.nodeId === undefined ? failure.reason : `At node ${failure.nodeId}: ${failure.reason}`;
  return failure instanceof Error ? failure.message : String(failure);
}
