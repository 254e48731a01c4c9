import type { Logger } from "pino";
import { findAmong, findIn, type PackageCatalog } from "../packages/package-catalog.ts";
import type { PackageProblem } from "../packages/package-problem.ts";
import { publicPath } from "../packages/public-path.ts";
import type { Retry } from "../store/retry-connection.ts";
import type { Postgres } from "./postgres.ts";
import { createPublishedPackages, type PublishedPackage, versionOf } from "./published-packages.ts";

/** How old an answer may be. */
const freshMs = 500;

export interface ClusterCatalogParts {
  retry: Retry;
  log: Logger;
}

/**
 * The packages that workers have, or had within the last hour: what an API process lists and checks inputs against. A block is
 * found in a version that a worker has which is there; only if there is none, in one that waits for a worker.
 */
export function createClusterCatalog(
  postgres: Pick<Postgres, "database">,
  { retry, log }: ClusterCatalogParts,
): PackageCatalog {
  const read = createPublishedPackages(postgres);
  const warned = new Set<string>();
  let last: { atMs: number; published: Promise<PublishedPackage[]> } | undefined;

  const warnOnce = ({ path, message }: PackageProblem) => {
    if (warned.has(path)) return;
    warned.add(path);
    log.warn({ path }, message);
  };

  const readNow = async () => {
    const published = await retry(read);
    for (const problem of published.flatMap(contestOf)) warnOnce(problem);
    return published;
  };

  const look = () => {
    if (!last || performance.now() - last.atMs > freshMs)
      last = { atMs: performance.now(), published: readNow() };
    return last.published;
  };

  const packagesOf = (published: readonly PublishedPackage[]) => published.map(({ installed }) => installed);

  return {
    list: async () => packagesOf(await look()),
    async inspect() {
      const published = await look();
      const packages = packagesOf(published);
      const own = packages.flatMap(({ problems = [] }) => problems);
      return { packages, problems: [...own, ...published.flatMap(contestOf)] };
    },
    async find(blockId, version) {
      const published = await look();
      const live = packagesOf(published.filter(({ isLive }) => isLive));
      return findAmong(live, blockId, version) ?? findIn(packagesOf(published), blockId, version);
    },
    async explainWait({ blockId, packageVersion: version }) {
      const [name = ""] = blockId.split("::");
      const published = (await look()).filter(({ installed }) => installed.name === name);
      const own = published.find(({ installed }) => versionOf(installed) === versionOf({ name, version }));
      if (own?.isLive) return undefined;
      const others = published.filter(({ isLive }) => isLive).map(({ installed }) => installed.version);
      const offered = others.length === 0 ? "" : `; there are workers with ${others.join(", ")}`;
      return `No worker is there that has version ${version} of the package "${name}"${offered}. The task waits for one.`;
    },
  };
}

/** What is said of a version that is not the same everywhere. */
function contestOf({ installed, isContested }: PublishedPackage): PackageProblem[] {
  if (!isContested) return [];
  const message =
    "Workers have this version with different contents. That of the worker which was there first counts; those with another take none of its tasks. Give what has changed a version of its own.";
  return [{ path: publicPath(installed), message }];
}
