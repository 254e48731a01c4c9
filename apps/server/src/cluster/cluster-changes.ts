import { TaskChanges } from "../store/task-changes.ts";
import type { Notices } from "./notices.ts";

/** How long somebody who waits may be late if a notice got lost with the process that was to send it. */
const lookAgainMs = 15_000;

/** Changes of tasks, told to every process of the cluster and heard from every one. */
export class ClusterChanges extends TaskChanges {
  readonly #notices: Notices;
  readonly #lookAgain: NodeJS.Timeout;

  constructor(notices: Notices) {
    super();
    this.#notices = notices;
    notices.onNotice("changed", (taskId) => super.notify(taskId));
    notices.onMissed(() => this.notifyAll());
    this.#lookAgain = setInterval(() => this.notifyAll(), lookAgainMs).unref();
  }

  override notify(taskId: string): void {
    super.notify(taskId);
    this.#notices.send("changed", taskId);
  }

  /** Every listener of this process looks again. */
  notifyAll(): void {
    for (const taskId of this.listened()) super.notify(taskId);
  }

  close(): void {
    clearInterval(this.#lookAgain);
  }
}
