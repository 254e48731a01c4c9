import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { InstalledPackage } from "../packages/read-package.ts";
import type { Postgres } from "./postgres.ts";

/** What workers offer is listed for so long after they were last seen. */
export const listedFor = sql<Date>`now() - interval '1 hour'`;
/** A worker that was seen since then is there. */
export const liveFor = sql<Date>`now() - interval '30 seconds'`;

/** A version of a package, as it counts for the whole cluster. */
export interface PublishedPackage {
  installed: InstalledPackage;
  /** Of what is in it, wherever it lies. */
  contentHash: string;
  /** A worker that is there has it. */
  isLive: boolean;
  /** Workers that are there have something else under the same version, which does not count. */
  isContested: boolean;
}

/**
 * Reads the packages that workers have, or had within the last hour; `listed` if their list is known already. Of different contents under one version that of the worker
 * counts that was there first, as long as it is there.
 */
export function createPublishedPackages({
  database,
}: Pick<Postgres, "database">): (listed?: readonly ListedCatalog[]) => Promise<PublishedPackage[]> {
  let known = new Map<string, Content[]>(); // by the hash of a catalog

  const fetchMissing = async (hashes: readonly string[]) => {
    const missing = hashes.filter((hash) => !known.has(hash));
    const select = database.selectFrom("catalogs").selectAll();
    const rows = missing.length === 0 ? [] : await select.where("hash", "in", missing).execute();
    // Cast: only workers write here, and what they write is an InstalledPackage[].
    const fresh = rows.map(
      ({ hash, packages }) => [hash, JSON.parse(packages) as InstalledPackage[]] as const,
    );
    const read = fresh.map(([hash, packages]) => [hash, packages.map(toContent)] as const);
    known = new Map([...[...known].filter(([hash]) => hashes.includes(hash)), ...read]);
  };

  return async (listed) => {
    const catalogs = listed ?? (await listCatalogs(database).execute());
    await fetchMissing(catalogs.map(({ catalog_hash }) => catalog_hash));
    const byVersion = new Map<string, PublishedPackage>();
    for (const { catalog_hash, is_live: isLive } of catalogs) {
      for (const content of known.get(catalog_hash) ?? []) {
        const version = versionOf(content.installed);
        const first = byVersion.get(version);
        if (!first) byVersion.set(version, { ...content, isLive, isContested: false });
        else if (isLive && first.contentHash !== content.contentHash) first.isContested = true;
      }
    }
    return [...byVersion.values()];
  };
}

/** What workers offer, by its hash. */
export interface ListedCatalog {
  catalog_hash: string;
  is_live: boolean;
}

/** Those of workers that are there first; their ids ascend with the time of their start. */
export function listCatalogs(database: Postgres["database"]) {
  return database
    .selectFrom("workers")
    .select(["catalog_hash", sql<boolean>`bool_or(seen_at > ${liveFor})`.as("is_live")])
    .where("seen_at", ">", listedFor)
    .groupBy("catalog_hash")
    .orderBy("is_live", "desc")
    .orderBy(sql`min(id) filter (where seen_at > ${liveFor})`)
    .orderBy(sql`max(seen_at)`, "desc");
}

interface Content {
  installed: InstalledPackage;
  contentHash: string;
}

export function versionOf({ name, version }: Pick<InstalledPackage, "name" | "version">): string {
  return `${name}-${version}`;
}

function toContent(installed: InstalledPackage): Content {
  return { installed, contentHash: contentHashOf(installed) };
}

/** SHA-256 of a package without the folder in which it lies: that differs from machine to machine. */
export function contentHashOf(installed: InstalledPackage): string {
  const folder = JSON.stringify(installed.directory).slice(1, -1);
  return createHash("sha256").update(JSON.stringify(installed).replaceAll(folder, "")).digest("hex");
}
