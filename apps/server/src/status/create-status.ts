import type { Kysely } from "kysely";
import { keepFor } from "../keep-for.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { mostFailures, readFailures, readQueue, type WaitingTask } from "../store/operating-queries.ts";
import type { Tables } from "../store/tables.ts";
import { ownVersion } from "./own-version.ts";
import type { DiskStatus, ServerStatus, WorkerStatus } from "./status-schema.ts";
import { sumExecutors } from "./sum-executors.ts";

/** Where each part of the status comes from. */
export interface StatusSources {
  kind: ServerStatus["kind"];
  database: Kysely<Tables>;
  catalog: Pick<PackageCatalog, "explainWait">;
  /** `running` is the number of tasks that run. */
  listWorkers(running: number): Promise<{ workers: WorkerStatus[]; more: number }>;
  /** Its version, for people, and the bytes that it takes. */
  readDatabase(): Promise<{ version: string; bytes: number | undefined }>;
  readDisk(): Promise<DiskStatus>;
}

export type ReadStatus = () => Promise<ServerStatus>;

/** One reading serves everybody who asks within a second. */
const freshMs = 1_000;
/** What takes long to measure changes slowly. */
const measuredFreshMs = 60_000;
const dayMs = 86_400_000;
const mostBlocks = 20;

/** Reads how the server is, in a few bounded queries. */
export function createStatus(sources: StatusSources): ReadStatus {
  const { kind, database, catalog, listWorkers } = sources;
  const startedAt = Date.now();
  const readDatabase = keepFor(measuredFreshMs, sources.readDatabase);
  const readDisk = keepFor(measuredFreshMs, sources.readDisk);

  return keepFor(freshMs, async () => {
    const since = Date.now() - dayMs;
    const [{ oldest, ...queue }, failures, { version, bytes }, disk] = await Promise.all([
      readQueue(database),
      readFailures(database, since),
      readDatabase(),
      readDisk(),
    ]);
    const { workers, more } = await listWorkers(queue.running);
    const reason = oldest && ((await explain(catalog, oldest)) ?? reasonOf(oldest, workers, queue.running));
    const total = failures.reduce((sum, { count }) => sum + count, 0);
    return {
      readAt: Date.now(),
      startedAt,
      kind,
      versions: { server: ownVersion, node: process.versions.node, database: version },
      queue: {
        ...queue,
        ...(oldest && {
          oldest: {
            taskId: oldest.id,
            blockId: oldest.blockId,
            createdAt: oldest.createdAt,
            ...(reason !== undefined && { reason }),
          },
        }),
      },
      workers,
      ...(more > 0 && { moreWorkers: more }),
      executors: sumExecutors(workers),
      disk: { ...(bytes !== undefined && { databaseBytes: bytes }), ...disk },
      failures: {
        since,
        total,
        ...(total >= mostFailures && { isPartial: true }),
        blocks: failures.slice(0, mostBlocks),
      },
    };
  });
}

/** That it waits is known, whether or not the reason can be found out. */
async function explain(
  { explainWait }: StatusSources["catalog"],
  task: WaitingTask,
): Promise<string | undefined> {
  return explainWait?.(task).catch(() => undefined);
}

/** If all that have its package are at work. */
function reasonOf(
  { blockId, packageVersion }: WaitingTask,
  workers: readonly WorkerStatus[],
  runningNow: number,
): string | undefined {
  const name = blockId.split("::")[0] ?? "";
  const live = workers.filter(({ isLive }) => isLive);
  const able = live.filter(({ packages }) =>
    packages.some((one) => one.name === name && one.version === packageVersion),
  );
  const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
  // What workers say of themselves is some seconds old.
  const said = able.reduce((sum, worker) => sum + (worker.running ?? 0), 0);
  const running = able.length === live.length ? runningNow : said;
  if (able.length === 0 || running < slots) return undefined;
  return `All places are taken: ${running} ${running === 1 ? "task runs" : "tasks run"}, ${slots} at most.`;
}
