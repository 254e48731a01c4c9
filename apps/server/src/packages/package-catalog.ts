import { basename, join } from "node:path";
import type { Logger } from "pino";
import semver from "semver";
import { Refusal } from "../refusal.ts";
import { messageOf, quoteList } from "../values.ts";
import { longestBlockId } from "./block-id.ts";
import { closestName } from "./closest-name.ts";
import { entriesIn } from "./entries-in.ts";
import { type FileStamp, fileStamp, isUnchanged } from "./file-stamp.ts";
import { ManifestError } from "./manifest.ts";
import { onceATurn } from "./once-a-turn.ts";
import type { PackageProblem } from "./package-problem.ts";
import { createPackageReader } from "./package-reader.ts";
import { publicPath } from "./public-path.ts";
import { type InstalledPackage, kindAndName, type Runnable } from "./read-package.ts";

/**
 * The packages that are there now. Folders are looked at in each call, so a changed one needs no restart; when one block is
 * wanted, those of its own package, and the lists of them.
 */
export interface PackageCatalog {
  list(): Promise<InstalledPackage[]>;
  /** The newest version's block or flow, or that of `version`; throws a 404 that says what there is instead, a 400 for no id. */
  find(blockId: string, version?: string): Promise<Runnable>;
  /** The packages with what is wrong with them and their folders. */
  inspect(): Promise<InspectedPackages>;
  /** Why nobody can run a task now, in a sentence; nothing if somebody can. Without it somebody always can. */
  explainWait?(task: { blockId: string; packageVersion: string }): Promise<string | undefined>;
}

/** Whoever needs a block by its id, and nothing else. */
export type BlockFinder = Pick<PackageCatalog, "find">;

export interface InspectedPackages {
  packages: InstalledPackage[];
  problems: PackageProblem[];
}

/** A catalog of the package folders inside `directories`, and in that of installed packages, which may be empty. */
export function createPackageCatalog(
  directories: readonly string[],
  log: Logger,
  installedDirectory?: string,
): PackageCatalog {
  const all = installedDirectory === undefined ? directories : [...directories, installedDirectory];
  const warned = new Set<string>();
  const readPackage = createPackageReader();
  let last: Listed | undefined;

  const warnOnce = (message: string) => {
    if (warned.has(message)) return;
    warned.add(message);
    log.warn(message);
  };

  const read = async (
    directory: string,
    problems: PackageProblem[] = [],
    unreadableFolders: string[] = [],
  ): Promise<InstalledPackage | undefined> => {
    try {
      return await readPackage(directory);
    } catch (error) {
      warnOnce(`skipped the package ${directory}: ${messageOf(error)}`);
      problems.push(unreadable(directory, error));
      unreadableFolders.push(directory);
      return undefined;
    }
  };

  const look = async () => {
    // Before the reading: what changes during it counts as changed.
    const lookedAtMs = performance.now();
    const listings = new Map<string, FileStamp | undefined>();
    const problems: PackageProblem[] = [];
    const unreadableFolders: string[] = [];
    const folders = [...new Set(all.flatMap((directory) => listFolders(directory, listings)))];
    const reading = folders.map((folder) => read(folder, problems, unreadableFolders));
    const found = (await Promise.all(reading)).filter((one) => one !== undefined);
    const byId = new Map<string, InstalledPackage>();
    for (const one of found) {
      const id = `${one.name}-${one.version}`;
      const first = byId.get(id);
      if (first) {
        warnOnce(`skipped the package ${one.directory}: ${first.directory} is ${id} too`);
        problems.push({
          path: publicPath(one),
          message: explainTwice(first.directory, one.directory),
        });
      } else byId.set(id, one);
    }
    for (const { problems: own = [] } of byId.values()) {
      for (const { path, message } of own) warnOnce(`${path}: ${message}`);
      problems.push(...own);
    }
    const withPackages = [...found.map((one) => one.directory), ...unreadableFolders];
    const isEmpty = (directory: string) => !withPackages.some((folder) => isWithin(folder, directory));
    for (const directory of directories.filter(isEmpty)) {
      const message = explainEmpty(directory);
      warnOnce(`${directory}: ${message}`);
      problems.push({ path: basename(directory), message });
    }
    last = { lookedAtMs, listings, packages: [...byId.values()], problems };
    return last;
  };

  /** The packages of that name, looked at now; nothing if all of them have to be looked at. */
  const listNamed = onceATurn(async (name: string): Promise<InstalledPackage[] | undefined> => {
    if (!last || performance.now() - last.lookedAtMs > trustedMs) return undefined;
    for (const [folder, stamp] of last.listings) if (!isUnchanged(folder, stamp)) return undefined;
    const known = last.packages.filter((one) => one.name === name);
    const now = await Promise.all(known.map(({ directory }) => read(directory)));
    const isSame = now.every((one, index) => one?.name === name && one?.version === known[index]?.version);
    return isSame ? now.filter((one) => one !== undefined) : undefined;
  });

  return {
    list: async () => (await look()).packages,
    inspect: look,
    async find(blockId, version) {
      const named = await listNamed(blockId.split("::", 1).join());
      const found = findAmong(named ?? [], blockId, version);
      if (found) return found;
      const { packages, problems } = await look();
      return findIn(packages, blockId, version, problems);
    },
  };
}

/** Packages of other names are looked at again after so long, in case one has taken this name meanwhile. */
const trustedMs = 5_000;

/** What was listed last. */
interface Listed extends InspectedPackages {
  lookedAtMs: number;
  /** The stamps of the folders that were listed. */
  listings: ReadonlyMap<string, FileStamp | undefined>;
}

/** A block among packages, see {@link PackageCatalog.find}. */
export function findIn(
  packages: readonly InstalledPackage[],
  blockId: string,
  version: string | undefined,
  problems: readonly PackageProblem[] = [],
): Runnable {
  if (blockId.length > longestBlockId) {
    throw new Refusal(
      400,
      `A block id of ${blockId.length} characters is too long: it may have ${longestBlockId}.`,
    );
  }
  const [packageName, blockName, ...rest] = blockId.split("::");
  if (!packageName || !blockName || rest.length > 0) {
    throw new Refusal(400, `"${blockId}" is not a block id: write PACKAGE::BLOCK.`);
  }
  const found = findAmong(packages, blockId, version);
  if (found) return found;
  const versions = versionsOf(packages, packageName, version);
  const others = version === undefined ? [] : versionsOf(packages, packageName, undefined);
  if (versions.length === 0 && others.length > 0) {
    const offered = quoteList(others.map((one) => one.version));
    throw new Refusal(
      404,
      `There is no version "${version}" of the package "${packageName}"; there is ${offered}.`,
    );
  }
  const broken = explainBroken(packageName, blockName, versions, problems, packages.length > 0);
  throw new Refusal(404, broken ?? explainUnknown(packageName, blockName, versions, packages));
}

/** The same without the search for reasons; nothing if it is not there. */
export function findAmong(
  packages: readonly InstalledPackage[],
  blockId: string,
  version: string | undefined,
): Runnable | undefined {
  const [packageName, blockName, ...rest] = blockId.split("::");
  if (rest.length > 0) return undefined;
  for (const one of versionsOf(packages, packageName, version)) {
    const candidates = runnablesOf(one);
    const found =
      candidates.find(({ name }) => name === blockName) ??
      candidates.find((candidate) => kindAndName(candidate) === blockName);
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
function listFolders(directory: string, listings: Map<string, FileStamp | undefined>): string[] {
  listings.set(directory, fileStamp(directory));
  if (hasManifest(directory, "package")) return [directory];
  const inner = entriesIn(directory)
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .flatMap(({ name }) => {
      const path = join(directory, name);
      return name.startsWith("@") ? listFolders(path, listings) : [path];
    });
  return hasManifest(directory, "workspace") ? [directory, ...inner] : inner;
}

function hasManifest(directory: string, name: string): boolean {
  return ["yaml", "yml"].some((extension) => fileStamp(join(directory, `${name}.oo.${extension}`)));
}

function isWithin(folder: string, directory: string): boolean {
  return folder === directory || folder.startsWith(join(directory, "/"));
}

function explainEmpty(directory: string): string {
  if (!fileStamp(directory)) return "There is no such folder, so it offers no packages.";
  return "No package is here: neither this folder nor one in it has a package.oo.yaml or workspace.oo.yaml.";
}

/** As much of their paths as tells them apart, from the end. */
function explainTwice(first: string, other: string): string {
  let depth = 1;
  const endOf = (path: string) => path.split(/[\\/]/).slice(-depth).join("/");
  while (depth < Math.max(first.length, other.length) && endOf(first) === endOf(other)) depth += 1;
  return `The folders ${quoteList([endOf(first), endOf(other)])} hold this version; the second one is left out.`;
}

/** Callers see the folder's name, not where it lies. */
function unreadable(directory: string, error: unknown): PackageProblem {
  const reason = error instanceof ManifestError ? error.reason : "it cannot be read";
  return {
    path: `/packages/${basename(directory)}`,
    message: `The manifest of the package cannot be used: ${reason}.`,
  };
}

/** Why something that is there cannot run. */
function explainBroken(
  packageName: string,
  blockName: string,
  versions: readonly InstalledPackage[],
  problems: readonly PackageProblem[],
  hasOthers: boolean,
): string | undefined {
  const own = versions.flatMap((one) => one.problems ?? []);
  const ofBlock = own.find((problem) =>
    [problem.path.split("/").at(-1), kindAndName(problem)].includes(blockName),
  );
  if (ofBlock)
    return `The block "${blockName}" of the package "${packageName}" cannot run: ${ofBlock.message}`;
  if (versions.length > 0) return undefined;
  const folder = `/packages/${packageName}`;
  const whole = problems.find(({ path }) => path === folder || path.startsWith(`${folder}-`));
  if (whole) return `The package "${packageName}" cannot be used: ${whole.message}`;
  const [only] = problems;
  if (!only || hasOthers) return undefined;
  return `No package "${packageName}" can be used, nor any other: ${only.path}: ${only.message}`;
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
