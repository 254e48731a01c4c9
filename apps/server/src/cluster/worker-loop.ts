import type { Logger } from "pino";
import type { ClaimedTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { type RunTask, stopRequested, TaskStop } from "../tasks/run-task.ts";
import { messageOf } from "../values.ts";
import { minHeartbeatSeconds } from "./boss.ts";
import { every } from "./every.ts";
import { type JobQueue, queueOf } from "./job-queue.ts";
import type { Notices } from "./notices.ts";
import { watchStandstill } from "./standstill.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

export interface WorkerLoopParts {
  store: TaskStore;
  jobs: JobQueue;
  notices: Notices;
  registry: WorkerRegistry;
  runTask: RunTask;
  concurrency: number;
  /** For how long it may fail to look for tasks before it counts as deaf. */
  deafAfterMs: number;
  log: Logger;
}

export interface WorkerLoop {
  /** Why it has not been able to take what may wait for it, in a sentence; nothing if it is. */
  whyDeaf(): string | undefined;
  /** Takes nothing more, and gives back what has not ended after `drainMs`. */
  close(drainMs: number): Promise<void>;
}

interface RunningTask {
  task: ClaimedTask;
  abort: AbortController;
  ended: Promise<void>;
}

/** Says that it is there and looks into its queues that often, besides when it is told of a task. */
const lookMs = 5_000;
/** The same, after it could not: its claim may have been made though nobody heard of it. */
const againMs = 500;
/** For how long the database may still do what it was asked to before the connection was lost, several times over. */
const doubtMs = 30_000;
/** Three of them must be missed before tasks are taken away. A stop that no notice tells of is found then, too. */
const heartbeatMs = (minHeartbeatSeconds * 1_000) / 4;
const lost = new TaskStop("Another worker has taken the task, or it was ended elsewhere.", undefined);
const givenBack = new TaskStop(
  "The worker was stopped while the task ran; another one runs it again.",
  undefined,
);

/** Takes tasks of the packages that this worker has, as many at once as it may, and runs them. */
export async function startWorkerLoop(parts: WorkerLoopParts): Promise<WorkerLoop> {
  const { store, jobs, notices, registry, runTask, concurrency, deafAfterMs, log } = parts;
  const running = new Map<string, RunningTask>();
  const closing = new AbortController();
  const standstill = watchStandstill();
  const queues = new Set<string>();
  const ready = new Set<string>(); // those that may hold tasks
  let isClosed = false;
  let isTaking = false;
  let isAgain = false;
  let lookedAtMs = performance.now();
  let doubtsUntilMs = Number.NEGATIVE_INFINITY;
  let again: NodeJS.Timeout | undefined;

  const whyDeaf = () => {
    if (queues.size === 0) return "It has no packages whose tasks it may take.";
    if (running.size < concurrency && performance.now() - lookedAtMs > deafAfterMs)
      return `It could not look for tasks for more than ${deafAfterMs / 1_000} seconds.`;
    return undefined;
  };

  const look = async () => {
    // Others rely on it: who cannot take tasks is not there for them.
    if (queues.size > 0 && whyDeaf() !== undefined) return takeAnywhere();
    const { packages, isListener, waiting } = await registry.beat(running.size, [...queues]);
    const names = await Promise.all(packages.map(({ name, version }) => jobs.open(name, version)));
    for (const name of queues) if (!names.includes(name)) queues.delete(name);
    for (const name of names) if (!queues.has(name)) ready.add(name);
    for (const name of names) queues.add(name);
    await (isListener ? notices.listen(["queued", "stop"]) : notices.unlisten());
    if (performance.now() <= doubtsUntilMs) return takeAnywhere();
    for (const name of waiting) if (queues.has(name)) ready.add(name);
    if (ready.size === 0 || running.size >= concurrency) lookedAtMs = performance.now();
    void take();
  };

  /** Runs what this worker has claimed without hearing of it. */
  const recover = async (queue: string) => {
    const wanted = concurrency - running.size;
    if (wanted <= 0 || performance.now() > doubtsUntilMs) return;
    const found = await store.recoverClaims(queue, [...running.keys()], wanted);
    if (found.length > 0) log.warn({ tasks: found.length }, "found tasks again whose claim was not answered");
    for (const task of found) start(task);
  };

  /** Takes tasks of the queues that may hold some; a queue that gave all it was asked for may hold more. */
  const takeOnce = async () => {
    const looked = [...ready];
    ready.clear();
    try {
      const more: string[] = [];
      for (let queue = looked.shift(); queue !== undefined; queue = looked.shift()) {
        await recover(queue);
        const wanted = concurrency - running.size;
        if (wanted <= 0) {
          ready.add(queue);
          continue;
        }
        const { claimed, seen } = await store.claimQueued(queue, wanted);
        if (seen === wanted) more.push(queue);
        for (const task of claimed) start(task);
      }
      lookedAtMs = performance.now();
      // Behind those that had no turn.
      for (const queue of more) ready.add(queue);
    } catch (error) {
      log.warn({ error: messageOf(error) }, "no tasks could be taken"); // the next look tries again, if not this
      for (const queue of looked) ready.add(queue); // the fault may be of one statement
      if (performance.now() > doubtsUntilMs) again = setTimeout(takeAnywhere, againMs);
      doubtsUntilMs = performance.now() + doubtMs;
    }
  };

  const take = async () => {
    if (isTaking) {
      isAgain = true;
      return;
    }
    isTaking = true;
    do {
      isAgain = false;
      while (!isClosed && ready.size > 0 && running.size < concurrency) await takeOnce();
    } while (isAgain);
    isTaking = false;
  };

  const start = (task: ClaimedTask) => {
    const abort = new AbortController();
    if (task.isStopRequested) abort.abort(stopRequested);
    const listening = [
      store.writer.lost.listen(task.id, () => abort.abort(lost)),
      store.writer.stopping.listen(task.id, () => abort.abort(stopRequested)),
    ];
    const startedAtMs = performance.now();
    // Executors give up a broker that does not answer, or lose messages to it or send them twice.
    const isReliable = () => !standstill.hasHappenedSince(startedAtMs);
    const ended = runTask(task, abort.signal, { isReliable, closing: closing.signal })
      .then(async (end) => {
        if (end !== "left") return;
        await jobs.giveBack(task);
        notices.send("queued", queueOf(task));
      })
      .catch((error: unknown) =>
        log.error({ taskId: task.id, error: messageOf(error) }, "a task could not be run"),
      )
      .finally(() => {
        for (const stopListening of listening) stopListening();
        running.delete(task.id);
        void take();
      });
    running.set(task.id, { task, abort, ended });
  };

  const takeAnywhere = () => {
    if (running.size >= concurrency) lookedAtMs = performance.now(); // it has no place for more
    for (const queue of queues) ready.add(queue);
    void take();
  };

  const heartbeat = async () => {
    await store.writer.checkClaims();
    const tasks = [...running.values()].map(({ task }) => task);
    if (tasks.length > 0) await jobs.touch(tasks);
  };

  notices.onNotice("queued", (queue) => {
    if (!queues.has(queue)) return;
    ready.add(queue);
    void take();
  });
  notices.onNotice("stop", (taskId) => running.get(taskId)?.abort.abort(stopRequested));
  notices.onMissed(() => {
    takeAnywhere();
    heartbeat().catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, "the database did not answer"),
    );
  });

  await look();
  const soon = Math.min(lookMs, 0.8 * deafAfterMs);
  const looking = every(soon * (0.9 + Math.random() / 5), look, log);
  const beating = every(heartbeatMs, heartbeat, log);

  return {
    whyDeaf,
    async close(drainMs) {
      isClosed = true;
      clearInterval(looking);
      clearTimeout(again);
      const late = setTimeout(() => {
        closing.abort();
        for (const { abort } of running.values()) abort.abort(givenBack);
      }, drainMs);
      while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended));
      clearTimeout(late);
      clearInterval(beating);
      standstill.close();
      await store.writer.flush();
      await registry.leave();
    },
  };
}
