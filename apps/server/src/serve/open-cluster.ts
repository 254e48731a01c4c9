import type { Logger } from "pino";
import { ClusterChanges } from "../cluster/cluster-changes.ts";
import { type JobQueue, type JobQueueOptions, openJobQueue } from "../cluster/job-queue.ts";
import { type Notices, openNotices } from "../cluster/notices.ts";
import { requireSessions } from "../cluster/pool-mode.ts";
import { openPostgres, type Postgres, requireReachable } from "../cluster/postgres.ts";
import { requireKnownSchema } from "../cluster/schema.ts";
import type { FileStore } from "../files/file-store.ts";
import { openFiles } from "../files/open-files.ts";
import { TaskStore, type TaskStoreOptions } from "../store/task-store.ts";
import { type ClusterOptions, checkClusterOptions } from "./cluster-options.ts";
import { openScratch } from "./open-scratch.ts";
import type { OpenedParts } from "./opened-parts.ts";
import type { ServerOptions } from "./options.ts";

/** What API processes and workers have in common. */
export interface ClusterParts {
  postgres: Postgres;
  notices: Notices;
  jobs: JobQueue;
  store: TaskStore;
  files: FileStore;
  /** Scratch space on this machine. */
  dataDirectory: string;
}

type ClusterStoreOptions = Omit<JobQueueOptions, "log"> &
  Pick<TaskStoreOptions, "crashLimit" | "taskLogBytes" | "patienceMs">;

/** How many tasks a listing answers; there may be millions. */
const listLimit = 1_000;

/** Opens them one by one, each to be closed by `opened`. Rejects if the database is not one that this program knows. */
export async function openCluster(
  options: ClusterOptions & Pick<ServerOptions, "uploadLimitBytes">,
  { attempts, lostAfterSeconds, ...storeOptions }: ClusterStoreOptions,
  log: Logger,
  opened: OpenedParts,
): Promise<ClusterParts> {
  checkClusterOptions(options);
  // One of them is the queue's own.
  const postgres = openPostgres(options.database, (options.maxConnections ?? 10) - 1, log, options);
  opened.add(() => postgres.database.destroy());
  await requireReachable(postgres, options.database);
  await requireSessions(postgres);
  await requireKnownSchema(postgres);
  const scratch = await openScratch(options.dataDirectory, log);
  opened.add(() => scratch.close());
  const { storageIdleMs: idleTimeoutMs, uploadLimitBytes } = options;
  const files = await openFiles(options.files, scratch.path, { idleTimeoutMs, uploadLimitBytes });
  const jobs = await openJobQueue(postgres, { attempts, lostAfterSeconds, log });
  opened.add(() => jobs.close());
  const notices = openNotices(postgres, log);
  opened.add(() => notices.close());
  const changes = new ClusterChanges(notices);
  opened.add(() => changes.close());
  const store = new TaskStore(postgres.database.withTables(), {
    ...storeOptions,
    changes,
    queue: jobs,
    listLimit,
  });
  return { postgres, notices, jobs, store, files, dataDirectory: scratch.path };
}
