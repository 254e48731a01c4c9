import { findIn, type PackageCatalog } from "../packages/package-catalog.ts";
import type { InstalledPackage } from "../packages/read-package.ts";
import type { Retry } from "../store/retry-connection.ts";
import type { Postgres } from "./postgres.ts";
import { listedFor } from "./worker-registry.ts";

/** How old an answer may be. */
const freshMs = 500;

/** The packages that workers have, or had within the last hour: what an API process lists and checks inputs against. */
export function createClusterCatalog({ database }: Pick<Postgres, "database">, retry: Retry): PackageCatalog {
  let known = new Map<string, InstalledPackage[]>(); // by the hash of a catalog
  let last: { atMs: number; packages: Promise<InstalledPackage[]> } | undefined;

  const read = async () => {
    const listed = await database
      .selectFrom("workers")
      .select("catalog_hash")
      .distinct()
      .where("seen_at", ">", listedFor)
      .execute();
    const hashes = listed.map(({ catalog_hash }) => catalog_hash);
    const missing = hashes.filter((hash) => !known.has(hash));
    const rows =
      missing.length === 0
        ? []
        : await database.selectFrom("catalogs").selectAll().where("hash", "in", missing).execute();
    // Cast: only workers write here, and what they write is an InstalledPackage[].
    const fresh = rows.map(
      ({ hash, packages }) => [hash, JSON.parse(packages) as InstalledPackage[]] as const,
    );
    const kept = [...known].filter(([hash]) => hashes.includes(hash));
    known = new Map([...kept, ...fresh]);
    const byId = new Map<string, InstalledPackage>();
    for (const one of [...known.values()].flat()) byId.set(`${one.name}-${one.version}`, one);
    return [...byId.values()];
  };

  const list = () => {
    if (!last || performance.now() - last.atMs > freshMs)
      last = { atMs: performance.now(), packages: retry(read) };
    return last.packages;
  };

  return {
    list,
    async inspect() {
      const packages = await list();
      return { packages, problems: packages.flatMap(({ problems = [] }) => problems) };
    },
    find: async (blockId, version) => findIn(await list(), blockId, version),
  };
}
