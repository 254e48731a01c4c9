import { pino } from "pino";
import { ClusterChanges } from "../src/cluster/cluster-changes.ts";
import { createClusterControl } from "../src/cluster/cluster-control.ts";
import { openJobQueue } from "../src/cluster/job-queue.ts";
import { openNotices } from "../src/cluster/notices.ts";
import { openPostgres } from "../src/cluster/postgres.ts";
import { startWorkerLoop } from "../src/cluster/worker-loop.ts";
import { createWorkerRegistry } from "../src/cluster/worker-registry.ts";
import type { Engine } from "../src/engine/engine.ts";
import { createLocalFiles } from "../src/files/local-files.ts";
import { createMetrics } from "../src/metrics.ts";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { OpenedParts } from "../src/serve/opened-parts.ts";
import { openDatabase } from "../src/store/database.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { createRunTask } from "../src/tasks/run-task.ts";
import { createTaskRunner, type TaskControl, type TaskRunner } from "../src/tasks/task-runner.ts";
import { makeTestDatabase } from "./cluster/test-database.ts";
import { fixturePackages, makeDataDirectory } from "./open-test-server.ts";

/** Stores on one database, as separate processes would have them, and what queues and runs tasks there. */
export interface StoreBackend extends AsyncDisposable {
  store: TaskStore;
  /** The same tasks, for somebody else. */
  openAnother(): Promise<TaskStore>;
  startRunner(engine: Engine, concurrency: number): Promise<TaskControl>;
}

interface SqliteBackend extends StoreBackend {
  startRunner(engine: Engine, concurrency: number): Promise<TaskRunner>;
}

const log = pino({ enabled: false });
const metrics = createMetrics(async () => new Map());
export const catalog = createPackageCatalog([fixturePackages], log);

export const backends: Record<string, () => Promise<StoreBackend>> = {
  SQLite: openSqlite,
  PostgreSQL: openPostgresBackend,
};

export async function openSqlite(): Promise<SqliteBackend> {
  const data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  const store = new TaskStore(database);
  const opened = new OpenedParts();
  opened.add(async () => data[Symbol.asyncDispose]());
  opened.add(() => store.close());
  return {
    store,
    openAnother: async () => new TaskStore(database),
    async startRunner(engine, concurrency) {
      const files = createLocalFiles(data.path);
      const parts = { store, catalog, engine, files, metrics, log, taskTimeoutMs: undefined };
      const runner = createTaskRunner({ ...parts, concurrency, rerunInterrupted: false });
      opened.add(() => runner.close());
      return runner;
    },
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

async function openPostgresBackend(): Promise<StoreBackend> {
  const database = await makeTestDatabase();
  const data = await makeDataDirectory();
  const opened = new OpenedParts();
  opened.add(async () => data[Symbol.asyncDispose]());
  opened.add(() => database[Symbol.asyncDispose]());
  const open = async () => {
    // With one connection, whatever needs a second one while it holds the first would wait for itself.
    const postgres = openPostgres(database.url, 1, log);
    opened.add(() => postgres.database.destroy());
    const jobs = await openJobQueue(postgres, { attempts: 3, lostAfterSeconds: 10, log });
    opened.add(() => jobs.close());
    const notices = openNotices(postgres, log);
    opened.add(() => notices.close());
    const changes = new ClusterChanges(notices);
    opened.add(() => changes.close());
    const store = new TaskStore(postgres.database.withTables(), { changes, queue: jobs });
    return { postgres, jobs, notices, store };
  };
  const openListening = async () => {
    const parts = await open();
    await parts.notices.listen(["changed"]);
    return parts;
  };
  const own = await openListening();
  return {
    store: own.store,
    openAnother: async () => (await openListening()).store,
    async startRunner(engine, concurrency) {
      const cluster = await open();
      const files = createLocalFiles(data.path);
      const parts = { store: cluster.store, catalog, engine, files, metrics, log, taskTimeoutMs: undefined };
      const registry = createWorkerRegistry(cluster.postgres, catalog, concurrency, log);
      const runTask = createRunTask(parts);
      const loop = await startWorkerLoop({
        ...cluster,
        registry,
        runTask,
        concurrency,
        deafAfterMs: 15_000,
        log,
      });
      opened.add(() => loop.close(0));
      return createClusterControl(own.store, own.notices, new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => opened.close(),
  };
}
