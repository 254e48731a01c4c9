import { join } from "node:path";
import type { Logger } from "pino";
import semver from "semver";
import { Refusal } from "../refusal.ts";
import { messageOf, quoteList } from "../values.ts";
import { closestName } from "./closest-name.ts";
import { entriesIn } from "./entries-in.ts";
import { fileStamp } from "./file-stamp.ts";
import { onceATurn } from "./once-a-turn.ts";
import { createPackageReader } from "./package-reader.ts";
import type { InstalledPackage, Runnable } from "./read-package.ts";

/**
 * The packages that are there now. Folders are looked at in each call, so a changed one needs no restart; when one block is
 * wanted, those of its own package, and the lists of them.
 */
export interface PackageCatalog {
  list(): Promise<InstalledPackage[]>;
  /** The newest version's block or flow, or that of `version`; throws a 404 that says what there is instead, a 400 for no id. */
  find(blockId: string, version?: string): Promise<Runnable>;
}

/** A catalog of the package folders inside `directories`. */
export function createPackageCatalog(directories: readonly string[], log: Logger): PackageCatalog {
  const warned = new Set<string>();
  const readPackage = createPackageReader();
  let last: Listed | undefined;

  const warnOnce = (message: string) => {
    if (warned.has(message)) return;
    warned.add(message);
    log.warn(message);
  };

  const read = async (directory: string): Promise<InstalledPackage | undefined> => {
    try {
      return await readPackage(directory);
    } catch (error) {
      warnOnce(`skipped the package ${directory}: ${messageOf(error)}`);
      return undefined;
    }
  };

  const list = async () => {
    // Before the reading: what changes during it counts as changed.
    const lookedAtMs = performance.now();
    const listings = new Map<string, string | undefined>();
    const folders = directories.flatMap((directory) => listFolders(directory, listings));
    const found = (await Promise.all(folders.map(read))).filter((one) => one !== undefined);
    const byId = new Map<string, InstalledPackage>();
    for (const one of found) {
      const id = `${one.name}-${one.version}`;
      const first = byId.get(id);
      if (first) warnOnce(`skipped the package ${one.directory}: ${first.directory} is ${id} too`);
      else byId.set(id, one);
    }
    last = { lookedAtMs, listings, packages: [...byId.values()] };
    return last.packages;
  };

  /** The packages of that name, looked at now; nothing if all of them have to be looked at. */
  const listNamed = onceATurn(async (name: string): Promise<InstalledPackage[] | undefined> => {
    if (!last || performance.now() - last.lookedAtMs > trustedMs) return undefined;
    for (const [folder, stamp] of last.listings) if (fileStamp(folder)?.text !== stamp) return undefined;
    const known = last.packages.filter((one) => one.name === name);
    const now = await Promise.all(known.map(({ directory }) => read(directory)));
    const isSame = now.every((one, index) => one?.name === name && one?.version === known[index]?.version);
    return isSame ? now.filter((one) => one !== undefined) : undefined;
  });

  return {
    list,
    async find(blockId, version) {
      const named = await listNamed(blockId.split("::", 1).join());
      return findAmong(named ?? [], blockId, version) ?? findIn(await list(), blockId, version);
    },
  };
}

/** Packages of other names are looked at again after so long, in case one has taken this name meanwhile. */
const trustedMs = 5_000;

/** What was listed last. */
interface Listed {
  lookedAtMs: number;
  /** The stamps of the folders that were listed. */
  listings: ReadonlyMap<string, string | undefined>;
  packages: InstalledPackage[];
}

const maxBlockIdLength = 500;

/** A block among packages, see {@link PackageCatalog.find}. */
export function findIn(
  packages: readonly InstalledPackage[],
  blockId: string,
  version: string | undefined,
): Runnable {
  if (blockId.length > maxBlockIdLength) {
    throw new Refusal(
      400,
      `A block id of ${blockId.length} characters is too long: it may have ${maxBlockIdLength}.`,
    );
  }
  const [packageName, blockName, ...rest] = blockId.split("::");
  if (!packageName || !blockName || rest.length > 0) {
    throw new Refusal(400, `"${blockId}" is not a block id: write PACKAGE::BLOCK.`);
  }
  const found = findAmong(packages, blockId, version);
  if (found) return found;
  throw new Refusal(
    404,
    explainUnknown(packageName, blockName, versionsOf(packages, packageName, version), packages),
  );
}

function findAmong(
  packages: readonly InstalledPackage[],
  blockId: string,
  version: string | undefined,
): Runnable | undefined {
  const [packageName, blockName, ...rest] = blockId.split("::");
  if (rest.length > 0) return undefined;
  for (const one of versionsOf(packages, packageName, version)) {
    const found = runnablesOf(one).find((candidate) => candidate.name === blockName);
    if (found) return found;
  }
  return undefined;
}

/** Newest first. */
function versionsOf(
  packages: readonly InstalledPackage[],
  name: string | undefined,
  version: string | undefined,
): InstalledPackage[] {
  return packages
    .filter((one) => one.name === name && (version === undefined || one.version === version))
    .sort((one, other) => semver.rcompare(precedence(one), precedence(other)));
}

/** Everything in a package that a task can run. */
export function runnablesOf({ blocks, flows }: InstalledPackage): Runnable[] {
  return [...blocks, ...flows];
}

/** What is no version counts as older than any. */
function precedence({ version }: InstalledPackage): semver.SemVer | string {
  return semver.parse(version) ?? "0.0.0-0";
}

/** The directory itself if it is a package, otherwise the folders in it, those of `@scope` folders included. */
function listFolders(directory: string, listings: Map<string, string | undefined>): string[] {
  listings.set(directory, fileStamp(directory)?.text);
  if (fileStamp(join(directory, "package.oo.yaml"))) return [directory];
  return entriesIn(directory)
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .flatMap(({ name }) => {
      const path = join(directory, name);
      return name.startsWith("@") ? listFolders(path, listings) : [path];
    });
}

function explainUnknown(
  packageName: string,
  blockName: string,
  versions: readonly InstalledPackage[],
  packages: readonly InstalledPackage[],
): string {
  if (versions.length > 0) {
    const names = [...new Set(versions.flatMap((one) => runnablesOf(one).map(({ name }) => name)))];
    const closest = closestName(blockName, names);
    const meant = closest === undefined ? "" : ` Did you mean "${closest}"?`;
    const offered = names.length === 0 ? "has no blocks" : `has ${quoteList(names)}`;
    return `The package "${packageName}" has no block "${blockName}"; it ${offered}.${meant}`;
  }
  const names = [...new Set(packages.map((one) => one.name))];
  const closest = closestName(packageName, names);
  const meant = closest === undefined ? "" : ` Did you mean "${closest}"?`;
  const installed =
    names.length === 0 ? "no packages are" : `${quoteList(names)} ${names.length === 1 ? "is" : "are"}`;
  return `No package "${packageName}" is installed, so the block "${packageName}::${blockName}" cannot run; ${installed} installed.${meant}`;
}
