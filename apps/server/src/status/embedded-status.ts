import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { measureFolders, measureRoom } from "../files/measure-folder.ts";
import type { Metrics } from "../metrics.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { Tables } from "../store/tables.ts";
import { createStatus, type ReadStatus } from "./create-status.ts";
import { namePackages } from "./name-packages.ts";
import type { DiskStatus, WorkerStatus } from "./status-schema.ts";
import { createWorkerReport } from "./worker-report.ts";

export interface EmbeddedStatusParts {
  database: Kysely<Tables>;
  catalog: PackageCatalog;
  metrics: Pick<Metrics, "readExecutors">;
  dataDirectory: string;
  concurrency: number;
}

/** The status of a server that is one process: it is its only worker. */
export function createEmbeddedStatus(parts: EmbeddedStatusParts): ReadStatus {
  const { database, catalog, metrics, dataDirectory, concurrency } = parts;
  const report = createWorkerReport(metrics);

  const describeItself = async (running: number): Promise<WorkerStatus> => ({
    id: "local",
    ...(await report(running)),
    seenAt: Date.now(),
    isLive: true,
    slots: concurrency,
    ...namePackages(await catalog.list()),
  });

  return createStatus({
    kind: "embedded",
    database,
    catalog,
    listWorkers: async (running) => ({ workers: [await describeItself(running)], more: 0 }),
    async readDatabase() {
      const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(database);
      return { version: `SQLite ${rows[0]?.version}`, bytes: await sizeOfDatabase(dataDirectory) };
    },
    readDisk: () => measureData(dataDirectory),
  });
}

/** With what has not been moved into it yet. */
async function sizeOfDatabase(directory: string): Promise<number> {
  const files = ["connect.db", "connect.db-wal", "connect.db-shm"].map((name) => join(directory, name));
  return sum(files.map(async (file) => (await lstat(file).catch(() => undefined))?.size ?? 0));
}

async function measureData(directory: string): Promise<DiskStatus> {
  const others = (await readdir(directory, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && !ofTasks.includes(entry.name),
  );
  const files = await measureFolders(ofTasks.map((name) => join(directory, name)));
  const rest = await measureFolders(others.map(({ name }) => join(directory, name)));
  return {
    filesBytes: files.bytes,
    dataBytes: files.bytes + rest.bytes + (await sizeOfDatabase(directory)),
    ...((files.isPartial || rest.isPartial) && { isPartial: true }),
    ...(await measureRoom(directory)),
  };
}

/** The folders of uploads and of what tasks made. */
const ofTasks = ["uploads", "sessions"];

async function sum(numbers: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(numbers)).reduce((total, one) => total + one, 0);
}
