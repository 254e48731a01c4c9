import { createHash, randomUUID } from "node:crypto";
import { type Db, fromKysely } from "pg-boss";
import type { Logger } from "pino";
import { isFinalStatus } from "../store/task-rows.ts";
import type { TransactionalQueue } from "../store/task-store.ts";
import type { QueuedTask } from "../store/task-writer.ts";
import { webhookRow } from "../store/webhook-rows.ts";
import { createBoss, fromPool } from "./boss.ts";
import { combined } from "./combined-statements.ts";
import type { Postgres } from "./postgres.ts";

/** Tasks that wait for a worker, in pg-boss: a job for each, with the task's own id, in a queue for each package version. */
export interface JobQueue extends TransactionalQueue {
  /** Makes sure that the queue of a package version is there, and answers its name. */
  open(packageName: string, version: string): Promise<string>;
  /** Says that this process still works on tasks that it has claimed. */
  touch(tasks: readonly QueuedTask[]): Promise<void>;
  /** Puts a task back, for another worker; one that had its last attempt is given up. */
  giveBack(task: QueuedTask): Promise<void>;
  /** Calls `handle` with each task that is given up: its last worker was lost. `watch` finds them. */
  handleGivenUp(handle: (taskId: string) => Promise<void>): Promise<void>;
  /** Takes the tasks of lost workers from them, and answers the names of the queues that they were in. */
  watch(): Promise<string[]>;
  /** Removes what pg-boss need not keep. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export interface JobQueueOptions {
  /** How often a task is tried if its worker is lost. */
  attempts: number;
  /** How long a worker may be silent before its tasks are taken from it; at least 10. */
  lostAfterSeconds: number;
  log: Logger;
}

/** SQLSTATE of a key that is there already, and of one for something that is not there. */
const violations = ["23505", "23503"];

/** Where pg-boss puts jobs that had their last attempt. */
const givenUpQueue = "given-up";

/** pg-boss allows no more: a task that runs for longer than a day counts as lost. */
const longestRunSeconds = 86_400;
const longestWaitSeconds = 365 * 86_400;
const keepHandledSeconds = 3_600;

/**
 * Opens the queue in a database that `migrateDatabase` has prepared; this process helps to watch over all jobs.
 *
 * pg-boss looks up queues in the middle of what it is asked to do. On the pool of the transactions that ask, it would wait
 * for a connection that they hold, so it has one of its own, for statements some of which look at every job.
 */
export async function openJobQueue(
  { pool, openPool }: Pick<Postgres, "pool" | "openPool">,
  { attempts, lostAfterSeconds, log }: JobQueueOptions,
): Promise<JobQueue> {
  const claimant = randomUUID();
  const own = openPool(1, 2);
  const boss = createBoss(own);
  const shared = { db: fromPool(pool) };
  const close = async () => {
    await boss.stop({ graceful: false });
    await own.end();
  };
  boss.on("error", ({ message }) => log.warn({ error: message }, "the queue could not be watched"));
  boss.on("warning", ({ message, data }) => log.warn({ data }, message));
  try {
    await boss.start();
  } catch (error) {
    await own.end();
    throw error;
  }
  const isReady = new Set<string>();
  let givenUpWorker: string | undefined;

  const openQueue = async (queue: string) => {
    if (isReady.has(queue)) return queue;
    if (queue !== givenUpQueue && !isReady.has(givenUpQueue)) await openQueue(givenUpQueue);
    await boss.createQueue(queue, {
      ...(queue !== givenUpQueue && { deadLetter: givenUpQueue }),
      expireInSeconds: longestRunSeconds,
      retentionSeconds: longestWaitSeconds,
      deleteAfterSeconds: keepHandledSeconds,
    });
    isReady.add(queue);
    return queue;
  };

  return {
    open: (packageName, version) => openQueue(nameOf(packageName, version)),
    prepare: async (task) => void (await openQueue(queueOf(task))),
    async create(row, task) {
      const queue = queueOf(task);
      const webhook = task.webhook && webhookRow(task.id, task.caller ?? "", task.webhook);
      const { uploads } = task;
      let isNew = true;
      // pg-boss says what it would run, and it runs as a part of ours.
      const executeSql: Db["executeSql"] = async (text, values) => {
        isNew = await combined.create(pool, row, queue, { text, values }, { webhook, uploads }).then(
          () => true,
          (error: unknown) => {
            if (violations.includes(String((error as { code?: unknown }).code))) return false;
            throw error;
          },
        );
        return { rows: [{ id: task.id }] };
      };
      const options = { retryLimit: attempts - 1, retryDelay: 0, heartbeatSeconds: lostAfterSeconds };
      await boss.send(queue, { taskId: task.id }, { id: task.id, ...options, db: { executeSql } });
      return isNew;
    },
    async claim(queue, count) {
      let found: Awaited<ReturnType<typeof combined.claim>> = [];
      const executeSql: Db["executeSql"] = async (text, values) => {
        found = await combined.claim(pool, claimant, { text, values });
        return { rows: [] };
      };
      await boss.fetch(queue, { batchSize: count, db: { executeSql } });
      return { ids: found.map(({ jobId }) => jobId), rows: found.flatMap(({ row }) => row ?? []) };
    },
    findClaimed: (queue, known, count) => combined.findClaimed(pool, claimant, { queue, known, count }),
    write({ tasks, logs }) {
      const queued = tasks.map((task) => ({
        ...task,
        queue: task.status !== null && isFinalStatus(task.status) ? queueOf(task) : null,
      }));
      return combined.write(pool, { tasks: queued, logs });
    },
    async remove(database, tasks) {
      for (const [queue, ids] of byQueue(tasks)) {
        await boss.deleteJob(queue, ids, { db: fromKysely(database) });
      }
    },
    async touch(tasks) {
      for (const [queue, ids] of byQueue(tasks)) await boss.touch(queue, ids, shared);
    },
    async giveBack(task) {
      await boss.fail(queueOf(task), task.id, { message: "The worker was stopped." }, shared);
    },
    async handleGivenUp(handle) {
      await openQueue(givenUpQueue);
      givenUpWorker = await boss.work<{ taskId: string }>(
        givenUpQueue,
        { pollingIntervalSeconds: 600, batchSize: 10 },
        async (jobs) => {
          for (const { data } of jobs) await handle(data.taskId);
        },
      );
    },
    async watch() {
      const { lost, isGivenUp } = await combined.findLost(pool, givenUpQueue);
      if (lost.length > 0) await boss.supervise();
      if ((lost.length > 0 || isGivenUp) && givenUpWorker !== undefined) boss.notifyWorker(givenUpWorker);
      return lost;
    },
    tidy: () => boss.supervise(),
    close,
  };
}

/** The queue of a task, by its package and version. */
export function queueOf({ blockId, packageVersion }: Omit<QueuedTask, "id">): string {
  return nameOf(blockId.split("::")[0] ?? "", packageVersion);
}

/** pg-boss takes few characters; the hash tells apart what would become the same. */
export function nameOf(packageName: string, version: string): string {
  const full = `${packageName}-${version}`;
  const known = names.get(full);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(full).digest("hex").slice(0, 8);
  const name = `${full.replaceAll(/[^\w.-]/g, "_").slice(0, 100)}-${hash}`;
  if (names.size < mostNames) names.set(full, name);
  return name;
}

/** They are asked for several times a task. */
const names = new Map<string, string>();
const mostNames = 1_000;

function byQueue(tasks: readonly QueuedTask[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const task of tasks) {
    const queue = queueOf(task);
    grouped.set(queue, [...(grouped.get(queue) ?? []), task.id]);
  }
  return grouped;
}
