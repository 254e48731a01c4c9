import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Logger } from "pino";
import { v7 as newWorkerId } from "uuid";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledPackage } from "../packages/read-package.ts";
import type { Postgres } from "./postgres.ts";
import {
  contentHashOf,
  createPublishedPackages,
  listedFor,
  liveFor,
  versionOf,
} from "./published-packages.ts";
import type { WorkerReport } from "./worker-report.ts";

/** This worker's entry in the list of workers, by which API processes know what can be run. */
export interface WorkerRegistry {
  /** Says that this worker is there, with which packages, and how many tasks it runs. */
  beat(running?: number): Promise<Presence>;
  /** Takes the entry away. What only this worker had stays listed for an hour, so that its tasks can wait for another. */
  leave(): Promise<void>;
}

export interface Presence {
  /** Those whose tasks it may take: under the same version no other worker has something else that counts. */
  packages: InstalledPackage[];
  /** Whether this worker is one of the few that listen for new tasks of these packages; the others look now and then. */
  isListener: boolean;
}

/** With more, somebody looks so often that listening gains nothing, and costs the database for every notice. */
export const mostListeners = 16;

const now = sql<Date>`now()`;

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

  /** Those that count as this worker has them. */
  const keepCounting = async (packages: readonly InstalledPackage[]) => {
    const published = await readPublished();
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

  const publish = async (packages: string) => {
    const hash = createHash("sha256").update(packages).digest("hex");
    const known = await database.selectFrom("catalogs").select("hash").where("hash", "=", hash).execute();
    if (known.length > 0) return hash; // it may be large
    const insert = database.insertInto("catalogs").values({ hash, packages });
    await insert.onConflict((conflict) => conflict.doNothing()).execute();
    return hash;
  };

  return {
    async beat(running = 0) {
      const packages = await catalog.list();
      const said = await report(running);
      const entry = {
        report: said === undefined ? null : JSON.stringify(said),
        catalog_hash: await publish(JSON.stringify(packages)),
        concurrency,
        seen_at: now,
      };
      await database
        .insertInto("workers")
        .values({ id, ...entry })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(entry))
        .execute();
      const { before } = await database
        .selectFrom("workers")
        .select(({ fn }) => fn.countAll<number>().as("before"))
        .where("seen_at", ">", liveFor)
        .where("catalog_hash", "=", entry.catalog_hash)
        .where("id", "<", id)
        .executeTakeFirstOrThrow();
      return { packages: await keepCounting(packages), isListener: Number(before) < mostListeners };
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
