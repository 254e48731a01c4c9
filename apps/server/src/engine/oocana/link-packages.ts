import { hash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import semver from "semver";
import type { InstalledPackage } from "../../packages/read-package.ts";

type LinkedPackage = Pick<InstalledPackage, "name" | "version" | "directory">;

/** Where the engine finds packages by name, and what callers see instead of it. */
export interface PackagePlace {
  directory: string;
  name: string;
  version: string;
}

export interface PackageLinks {
  /** The one folder in which the engine looks. */
  searchPath: string;
  places: PackagePlace[];
}

/**
 * A folder inside of `root` with a link to each package, as `NAME-VERSION`, and to the newest of each name, as `NAME`. The engine
 * goes by the names of folders (oocana-protocol 7.3); the catalog goes by what manifests say. The folder is the same for the same
 * packages, so that what is kept by path is found again.
 */
export async function linkPackages(root: string, packages: readonly LinkedPackage[]): Promise<PackageLinks> {
  const linkable = packages
    .filter(({ name, version }) => isPlainName(name) && /^[\w.+-]+$/.test(version))
    .map(({ name, version, directory }) => ({ name, version, directory }));
  const searchPath = join(root, hash("sha256", JSON.stringify(linkable)).slice(0, 16));
  const links = new Map(byAge(linkable).map(({ name, directory }) => [name, directory]));
  for (const { name, version, directory } of linkable) links.set(`${name}-${version}`, directory);
  if (!(await isFolder(searchPath))) await makeFolder(searchPath, links);
  const places = linkable.flatMap(({ name, version }) =>
    [`${name}-${version}`, name].map((link) => ({ directory: join(searchPath, link), name, version })),
  );
  return { searchPath, places };
}

/** With a scope or without: it becomes a path. */
function isPlainName(name: string): boolean {
  return /^(@[\w-][\w.-]*\/)?[\w-][\w.-]*$/.test(name);
}

/** The newest of each name last. */
function byAge(packages: readonly LinkedPackage[]): LinkedPackage[] {
  const age = ({ version }: LinkedPackage) => semver.parse(version) ?? "0.0.0-0";
  return packages.toSorted((one, other) => semver.compare(age(one), age(other)));
}

/** In one step: a flow that runs now may look it up. */
async function makeFolder(folder: string, links: ReadonlyMap<string, string>): Promise<void> {
  const draft = `${folder}.${randomUUID()}`;
  for (const [name, directory] of links) {
    const link = join(draft, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(directory, link, "junction");
  }
  await mkdir(draft, { recursive: true });
  try {
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another flow was quicker.
    if (!(await isFolder(folder))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
