import type { Logger } from "pino";
import { every } from "./every.ts";
import type { JobQueue } from "./job-queue.ts";
import type { Notices } from "./notices.ts";

/** How long the loss of a worker may stay unnoticed. */
const watchMs = 3_000;
const tidyMs = 300_000;

/** Watches over the tasks of all workers, as every API process does; what a lost one had is offered to others at once. */
export function watchJobs(
  jobs: Pick<JobQueue, "watch" | "tidy">,
  notices: Pick<Notices, "send">,
  log: Logger,
): { close(): void } {
  const watch = async () => {
    for (const queue of await jobs.watch()) notices.send("queued", queue);
  };
  const timers = [every(watchMs, watch, log), every(tidyMs, () => jobs.tidy(), log)];
  return {
    close() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
