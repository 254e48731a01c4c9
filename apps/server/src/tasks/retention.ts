import { stat } from "node:fs/promises";
import type { Logger } from "pino";
import type { FileStore } from "../files/file-store.ts";
import { inParallel } from "../files/in-parallel.ts";
import { sessionOf, uploadsOf } from "../files/local-files.ts";
import { listSessionFiles } from "../files/session-files.ts";
import type { EndedTask } from "../store/task-rows.ts";
import type { TaskStore } from "../store/task-store.ts";
import { forgetTask } from "./forget-task.ts";

/** Forgets tasks that ended long ago or that take too much room, with their logs and files. */
export interface Retention {
  /** One round; resolves when it is done. */
  sweep(): Promise<void>;
  /** Ends the rounds. */
  close(): Promise<void>;
}

export interface RetentionOptions {
  store: TaskStore;
  files: FileStore;
  /** Holds `sessions/` and `uploads/`, which are measured for `keepBytes`. */
  dataDirectory: string;
  /** How long a task is kept after its end; `undefined` for ever. */
  keepMs: number | undefined;
  /** How much the files and logs of all ended tasks may take; the oldest go first. */
  keepBytes: number | undefined;
  /** Lets one process at a time do a round, which answers how many tasks it forgot; each does its own by default. */
  alone?: (sweep: () => Promise<number>) => Promise<void>;
  log: Logger;
}

const roundMs = 600_000;

export function createRetention(options: RetentionOptions): Retention {
  const { keepMs, keepBytes, log } = options;
  const { alone = async (sweep) => void (await sweep()) } = options;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  const sweep = async () => {
    if (keepMs !== undefined) await alone(() => forgetOld(options, () => isClosed));
    if (keepBytes !== undefined) await forgetLarge(options, () => isClosed);
  };
  const start = () => {
    running = running
      .then(sweep)
      .catch((error: unknown) => log.warn({ error }, "old tasks could not be removed"));
    return running;
  };
  const timer = setInterval(start, roundMs).unref();
  return {
    sweep: start,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** Those that ended too long ago, oldest first; answers how many. */
async function forgetOld(
  { store, files, keepMs = 0 }: RetentionOptions,
  isClosed: () => boolean,
): Promise<number> {
  let forgotten = 0;
  while (!isClosed()) {
    const tasks = await store.listEndedBefore(Date.now() - keepMs, tasksAtOnce);
    if (tasks.length === 0) break;
    // The files first, see `forgetTask`.
    await inParallel(tasks, async (task) => {
      if (!isClosed()) await files.remove(task);
    });
    if (isClosed()) break;
    await store.removeAll(tasks.map(({ id }) => id));
    forgotten += tasks.length;
  }
  return forgotten;
}

const tasksAtOnce = 200;

/** Newest first while there is room; the rest goes. */
async function forgetLarge(options: RetentionOptions, isClosed: () => boolean): Promise<void> {
  let roomBytes = options.keepBytes ?? Number.POSITIVE_INFINITY;
  for (const task of await options.store.listEnded()) {
    if (isClosed()) return;
    const sizes = await Promise.all(directoriesOf(options.dataDirectory, task).map(sizeOf));
    roomBytes -= sizes.reduce((sum, size) => sum + size, task.logBytes);
    if (roomBytes < 0) await forgetTask(options, task);
  }
}

function directoriesOf(dataDirectory: string, { id, sessionId }: EndedTask): string[] {
  const uploads = uploadsOf(dataDirectory, id);
  return sessionId === null ? [uploads] : [uploads, sessionOf(dataDirectory, sessionId)];
}

async function sizeOf(directory: string): Promise<number> {
  const files = await listSessionFiles(directory).catch(() => []);
  const sizes = files.map(({ source }) =>
    stat(source).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
