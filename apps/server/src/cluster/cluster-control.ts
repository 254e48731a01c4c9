import { isFinalStatus, type StoredTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import type { TaskControl } from "../tasks/task-runner.ts";
import { waitForChange } from "../tasks/wait-for-change.ts";
import { nameOf } from "./job-queue.ts";
import type { Notices } from "./notices.ts";

/** How long the worker that runs a task has to end it; then it is ended without it. */
const stopPatienceMs = 5_000;

/** Submits and stops tasks that workers run. */
export function createClusterControl(store: TaskStore, notices: Notices, closing: AbortSignal): TaskControl {
  return {
    async submit(_task, block) {
      // The task is in the queue since the transaction that created it; this spares the wait for somebody to look.
      if (block) notices.send("queued", nameOf(block.packageName, block.packageVersion));
    },
    async stop(taskId) {
      if (await store.writer.end(taskId, "stopped", { unclaimedOnly: true })) return;
      await store.requestStop(taskId);
      notices.send("stop", taskId);
      const isOver = ({ status }: StoredTask) => isFinalStatus(status);
      const waiting = { changes: store.changes, id: taskId, read: () => store.get(taskId), isOver };
      const task = await waitForChange(waiting, stopPatienceMs, closing);
      if (!task || isOver(task)) return;
      const reason = "The task was stopped; the worker that ran it did not answer.";
      await store.writer.end(taskId, "stopped", { reason });
    },
  };
}
