import { sql } from "kysely";
import { namePackages } from "../status/name-packages.ts";
import type { WorkerStatus } from "../status/status-schema.ts";
import type { WorkerReport } from "../status/worker-report.ts";
import type { Postgres } from "./postgres.ts";
import { listedFor, liveFor } from "./published-packages.ts";

type NamedPackages = ReturnType<typeof namePackages>;

const mostWorkers = 200;

/** Lists workers for operators: those that are there first, the youngest of them first; `more` is how many were left out. */
export function createWorkerList({
  database,
}: Pick<Postgres, "database">): () => Promise<{ workers: WorkerStatus[]; more: number }> {
  let known = new Map<string, NamedPackages>(); // by the hash of a catalog

  const fetchPackages = async (hashes: readonly string[]) => {
    const missing = hashes.filter((hash) => !known.has(hash));
    const rows =
      missing.length === 0
        ? []
        : await database
            .selectFrom("catalogs")
            // Without their manifests, which may be large.
            .select([
              "hash",
              sql<
                NamedPackages["packages"]
              >`(select coalesce(jsonb_agg(jsonb_build_object('name', one->'name', 'version', one->'version')), '[]')
                from jsonb_array_elements(packages::jsonb) as one)`.as("packages"),
            ])
            .where("hash", "in", missing)
            .execute();
    const fresh = rows.map(({ hash, packages }) => [hash, namePackages(packages)] as const);
    known = new Map([...[...known].filter(([hash]) => hashes.includes(hash)), ...fresh]);
  };

  return async () => {
    const rows = await database
      .selectFrom("workers")
      .select([
        "id",
        "catalog_hash",
        "concurrency",
        "report",
        // By one clock: that of the database.
        sql<number>`extract(epoch from now() - seen_at)::float8 * 1000`.as("silent_ms"),
        sql<boolean>`seen_at > ${liveFor}`.as("is_live"),
        sql<number>`count(*) over ()`.as("all"),
      ])
      .where("seen_at", ">", listedFor)
      .orderBy("is_live", "desc")
      .orderBy("id", "desc")
      .limit(mostWorkers)
      .execute();
    await fetchPackages([...new Set(rows.map(({ catalog_hash }) => catalog_hash))]);
    const workers = rows.map(({ id, catalog_hash, concurrency, report, silent_ms, is_live }) => ({
      id,
      ...readReport(report),
      seenAt: Math.round(Date.now() - silent_ms),
      isLive: is_live,
      slots: concurrency,
      ...(known.get(catalog_hash) ?? namePackages([])),
    }));
    return { workers, more: Math.max(0, Number(rows[0]?.all ?? 0) - rows.length) };
  };
}

/** How many workers are there. */
export async function countLiveWorkers({ database }: Pick<Postgres, "database">): Promise<number> {
  const { count } = await database
    .selectFrom("workers")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("seen_at", ">", liveFor)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Only workers write here, and what they write is a report. */
function readReport(report: string | null): Partial<WorkerReport> {
  return report === null ? {} : (JSON.parse(report) as WorkerReport);
}
