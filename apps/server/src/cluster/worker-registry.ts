import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Logger } from "pino";
import { v7 as newWorkerId } from "uuid";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledPackage } from "../packages/read-package.ts";
import type { WorkerReport } from "../status/worker-report.ts";
import type { Postgres } from "./postgres.ts";
import {
  contentHashOf,
  createPublishedPackages,
  type ListedCatalog,
  listCatalogs,
  listedFor,
  liveFor,
  versionOf,
} from "./published-packages.ts";

/** This worker's entry in the list of workers, by which API processes know what can be run. */
export interface WorkerRegistry {
  /**
   * Says that this worker is there, with which packages, and how many tasks it runs, and looks into the named queues; in one
   * statement, which idle workers send all the time.
   */
  beat(running?: number, queues?: readonly string[]): Promise<Presence>;
  /** Takes the entry away. What only this worker had stays listed for an hour, so that its tasks can wait for another. */
  leave(): Promise<void>;
}

export interface Presence {
  /** Those whose tasks it may take: under the same version no other worker has something else that counts. */
  packages: InstalledPackage[];
  /** Whether this worker is one of the few that listen for new tasks of these packages; the others look now and then. */
  isListener: boolean;
  /** Those of the queues that hold tasks. */
  waiting: string[];
}

/** What a beat finds. */
interface Found {
  is_published: boolean;
  before: number;
  catalogs: ListedCatalog[];
  waiting: string[];
}

/** With more, somebody looks so often that listening gains nothing, and costs the database for every notice. */
export const mostListeners = 16;

export function createWorkerRegistry(
  { database }: Pick<Postgres, "database">,
  catalog: PackageCatalog,
  concurrency: number,
  log: Logger,
  report: (running: number) => Promise<WorkerReport | undefined> = async () => undefined,
): WorkerRegistry {
  const id = newWorkerId(); // ascending: of different contents that of the first counts
  const readPublished = createPublishedPackages({ database });
  const warned = new Set<string>();
  let publishedHash: string | undefined;

  /** Those that count as this worker has them. */
  const keepCounting = async (packages: readonly InstalledPackage[], catalogs: readonly ListedCatalog[]) => {
    const published = await readPublished(catalogs);
    const counting = new Map(published.map((one) => [versionOf(one.installed), one.contentHash]));
    return packages.filter((one) => {
      const version = versionOf(one);
      const hash = counting.get(version);
      if (hash === undefined || hash === contentHashOf(one)) return true;
      if (!warned.has(version))
        log.warn(
          { package: one.name, version: one.version },
          "other workers have something else under this version: this one takes none of its tasks; give what has changed a version of its own",
        );
      warned.add(version);
      return false;
    });
  };

  const publish = async (hash: string, packages: string) => {
    const known = await database.selectFrom("catalogs").select("hash").where("hash", "=", hash).execute();
    if (known.length > 0) return; // it may be large
    const insert = database.insertInto("catalogs").values({ hash, packages });
    await insert.onConflict((conflict) => conflict.doNothing()).execute();
  };

  const find = async (hash: string, said: WorkerReport | undefined, queues: readonly string[]) => {
    const report = said === undefined ? null : JSON.stringify(said);
    const { rows } = await sql<Found>`
      with seen as (
        insert into workers (id, catalog_hash, concurrency, report, seen_at)
        values (${id}, ${hash}, ${concurrency}, ${report}, now())
        on conflict (id) do update set catalog_hash = excluded.catalog_hash, concurrency = excluded.concurrency,
          report = excluded.report, seen_at = excluded.seen_at)
      select exists (select from catalogs where hash = ${hash}) as is_published,
        (select count(*)::int from workers where seen_at > ${liveFor} and catalog_hash = ${hash} and id < ${id}) as before,
        (select coalesce(json_agg(listed), '[]') from ${listCatalogs(database)} as listed) as catalogs,
        array(select queue from unnest(${queues}::text[]) as queue where exists (
          select from pgboss.job where name = queue and state < 'active' and not blocked and start_after <= now())) as waiting`.execute(
      database,
    );
    return rows[0] as Found; // there is always one
  };

  return {
    async beat(running = 0, queues = []) {
      const packages = await catalog.list();
      const text = JSON.stringify(packages);
      const hash = createHash("sha256").update(text).digest("hex");
      if (hash !== publishedHash) await publish(hash, text);
      publishedHash = hash;
      const found = await find(hash, await report(running), queues);
      // Whoever leaves takes away what nobody has named for an hour.
      if (!found.is_published) await publish(hash, text);
      return {
        packages: await keepCounting(packages, found.catalogs),
        isListener: found.before < mostListeners,
        waiting: found.waiting,
      };
    },
    async leave() {
      // Older by what counts as live: it is not waited for, and what it had stays listed.
      await database
        .updateTable("workers")
        .set({ seen_at: sql<Date>`now() - interval '31 seconds'` })
        .where("id", "=", id)
        .execute();
      await forgetOldWorkers(database);
    },
  };
}

async function forgetOldWorkers(database: Postgres["database"]): Promise<void> {
  await database.deleteFrom("workers").where("seen_at", "<", listedFor).execute();
  await database
    .deleteFrom("catalogs")
    .where("hash", "not in", (query) => query.selectFrom("workers").select("catalog_hash"))
    .execute();
}
