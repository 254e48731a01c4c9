import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { EndedTask } from "./store/task-rows.ts";
import type { TaskStore } from "./store/task-store.ts";

/** Forgets tasks that ended long ago or that take too much room, with their logs and files. */
export interface Retention {
  /** One round; resolves when it is done. */
  sweep(): Promise<void>;
  /** Ends the rounds. */
  close(): Promise<void>;
}

export interface RetentionOptions {
  store: TaskStore;
  /** Holds `sessions/` and `uploads/`. */
  dataDirectory: string;
  /** How long a task is kept after its end; `undefined` for ever. */
  keepMs: number | undefined;
  /** How much the files and logs of all ended tasks may take; the oldest go first. */
  keepBytes: number | undefined;
  log: Logger;
}

const roundMs = 600_000;

export function createRetention(options: RetentionOptions): Retention {
  const { keepMs, keepBytes, log } = options;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  const sweep = async () => {
    if (isClosed || (keepMs === undefined && keepBytes === undefined)) return;
    for (const task of await chooseTasks(options)) {
      if (isClosed) return;
      await forget(options, task);
    }
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

/** Newest first while there is room; the rest goes. */
async function chooseTasks({
  store,
  dataDirectory,
  keepMs,
  keepBytes,
}: RetentionOptions): Promise<EndedTask[]> {
  const ended = await store.listEnded();
  const oldestMs = keepMs === undefined ? Number.NEGATIVE_INFINITY : Date.now() - keepMs;
  const young = ended.filter((task) => task.updatedAt >= oldestMs);
  const chosen = ended.filter((task) => task.updatedAt < oldestMs);
  let roomBytes = keepBytes ?? Number.POSITIVE_INFINITY;
  if (roomBytes === Number.POSITIVE_INFINITY) return chosen;
  for (const task of young) {
    const sizes = await Promise.all(directoriesOf(dataDirectory, task).map(sizeOf));
    roomBytes -= sizes.reduce((sum, size) => sum + size, task.logBytes);
    if (roomBytes < 0) chosen.push(task);
  }
  return chosen;
}

/** The files first: what is left of a task that is half gone can be removed again. */
async function forget({ store, dataDirectory }: RetentionOptions, task: EndedTask): Promise<void> {
  for (const directory of directoriesOf(dataDirectory, task)) {
    await rm(directory, { recursive: true, force: true });
  }
  await store.remove(task.id);
}

function directoriesOf(dataDirectory: string, { id, sessionId }: EndedTask): string[] {
  const uploads = join(dataDirectory, "uploads", id);
  return sessionId === null ? [uploads] : [uploads, join(dataDirectory, "sessions", sessionId)];
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async (entry) =>
    stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
