import type { Logger } from "pino";
import type { TaskChanges } from "../store/task-changes.ts";
import { isFinalStatus } from "../store/task-rows.ts";
import type { ClaimedDelivery } from "../store/webhook-rows.ts";
import type { WebhookStore } from "../store/webhook-store.ts";
import { messageOf } from "../values.ts";
import type { WebhookClock } from "./webhook-clock.ts";

/** Sends webhooks as they become due. */
export interface DeliveryLoop {
  /** There is something to tell of this stored task: what has happened to it, and will, is looked at at once. */
  watch(taskId: string): void;
  /** Something may be due. */
  wake(): void;
  /** Takes nothing more; what is under way has a moment to end, and is then given back. */
  close(): Promise<void>;
}

export interface DeliveryLoopParts {
  store: Pick<WebhookStore, "claim" | "release" | "nextDueAt" | "forgetBefore" | "openTasks">;
  /** Makes one attempt and stores how it ended; rejects if it could not do either. */
  attempt(delivery: ClaimedDelivery, closing: AbortSignal): Promise<void>;
  changes: Pick<TaskChanges, "listen">;
  /** How often it looks besides; a database that only this process uses need not be looked at. */
  lookMs: number | undefined;
  clock: WebhookClock;
  log: Logger;
}

/** Attempts at once; those of one caller are fewer, so that receivers who are slow hold up nobody else's for long. */
const mostAtOnce = 32;
const mostOfCaller = 8;
/** Longer than any attempt may take: for so long nobody else sends what a process has under way. */
const leaseMs = 45_000;
/** After the database has not answered. */
const againMs = 5_000;
const soonMs = 1_000;
const closeMs = 2_000;
const askedAtOnce = 500;
/** Those that are over are listed for so long. */
const keepMs = 7 * 86_400_000;
const tidyMs = 3_600_000;
/** A timer for longer would go off at once. */
const longestSleepMs = 86_400_000;

export function createDeliveryLoop(parts: DeliveryLoopParts): DeliveryLoop {
  const { store, attempt, changes, lookMs, clock, log } = parts;
  const running = new Map<ClaimedDelivery, Promise<void>>();
  const watched = new Map<string, () => void>();
  /** Watched ones of which something is new, and nobody said what. */
  const changed = new Set<string>();
  const closing = new AbortController();
  let isClosed = false;
  let isLooking = false;
  let isAgain = false;
  let looking: Promise<void> = Promise.resolve();
  let stopTimer = () => {};
  let tidiedAt = clock.now();

  const busyCallers = () => {
    const counts = new Map<string, number>();
    for (const { caller } of running.keys()) counts.set(caller, (counts.get(caller) ?? 0) + 1);
    return [...counts].flatMap(([caller, count]) => (count >= mostOfCaller ? [caller] : []));
  };

  const start = (delivery: ClaimedDelivery) => {
    const ended = attempt(delivery, closing.signal)
      .catch(async (error: unknown) => {
        if (!closing.signal.aborted)
          log.warn({ delivery: delivery.id, error: messageOf(error) }, "a webhook could not be sent");
        await store.release(delivery).catch(() => undefined); // its lease ends
      })
      .finally(() => {
        running.delete(delivery);
        wake();
      });
    running.set(delivery, ended);
  };

  const takeAll = async () => {
    while (!isClosed && running.size < mostAtOnce) {
      const count = Math.min(mostAtOnce - running.size, mostOfCaller);
      const claimed = await store.claim(count, busyCallers(), leaseMs);
      for (const delivery of claimed) start(delivery);
      if (claimed.length === 0) return;
    }
  };

  const forget = (taskId: string) => {
    watched.get(taskId)?.();
    watched.delete(taskId);
  };

  const forgetEnded = async () => {
    const taskIds = [...changed];
    changed.clear();
    for (let at = 0; at < taskIds.length; at += askedAtOnce) {
      const some = taskIds.slice(at, at + askedAtOnce);
      const open = new Set(await store.openTasks(some));
      for (const taskId of some) if (!open.has(taskId)) forget(taskId);
    }
  };

  const tidy = async () => {
    if (clock.now() - tidiedAt < tidyMs) return;
    tidiedAt = clock.now();
    await store.forgetBefore(clock.now() - keepMs);
  };

  /** Until when there is nothing to do, as far as is known. */
  const look = async (): Promise<number | undefined> => {
    try {
      await tidy();
      // First: nobody tells of a task any more that is forgotten, so what it has left to send must be seen below.
      await forgetEnded();
      let dueAt = await store.nextDueAt();
      if (dueAt !== undefined && dueAt <= clock.now()) {
        await takeAll();
        // What is under way says itself when it has ended.
        dueAt = running.size < mostAtOnce ? await store.nextDueAt() : undefined;
      }
      const lookAt = lookMs === undefined ? undefined : clock.now() + lookMs * (0.9 + Math.random() / 5);
      const times = [dueAt, lookAt].filter((time) => time !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    } catch (error) {
      log.warn({ error: messageOf(error) }, "no webhooks could be looked for");
      return clock.now() + againMs;
    }
  };

  const lookAlone = async () => {
    isLooking = true;
    let nextAt: number | undefined;
    do {
      isAgain = false;
      nextAt = await look();
    } while (isAgain && !isClosed);
    isLooking = false;
    if (isClosed || nextAt === undefined) return;
    const sleepMs = nextAt - clock.now();
    // Due already, and not to be had: its caller has too much under way, or another process was quicker.
    stopTimer = clock.after(sleepMs > 0 ? Math.min(sleepMs, longestSleepMs) : soonMs, wake);
  };

  const wake = () => {
    if (isClosed) return;
    stopTimer();
    isAgain = true;
    if (!isLooking) looking = lookAlone();
  };

  return {
    wake,
    watch(taskId) {
      if (watched.has(taskId) || isClosed) return;
      let status: string | undefined;
      const stop = changes.listen(taskId, (news) => {
        if (news && news.task.status === status) return; // a log
        status = news?.task.status;
        if (!news) changed.add(taskId);
        else if (isFinalStatus(news.task.status)) forget(taskId);
        wake();
      });
      watched.set(taskId, stop);
      changed.add(taskId);
      wake();
    },
    async close() {
      isClosed = true;
      stopTimer();
      for (const taskId of [...watched.keys()]) forget(taskId);
      await looking;
      const stopWaiting = clock.after(closeMs, () => closing.abort());
      await Promise.all(running.values());
      stopWaiting();
    },
  };
}
