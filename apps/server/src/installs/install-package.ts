import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import semver from "semver";
import { readPackageDependencies } from "../packages/manifest.ts";
import type { PackageCatalog } from "../packages/package-catalog.ts";
import { findManifest, readPackage } from "../packages/read-package.ts";
import { takeTurns } from "../take-turns.ts";
import { installNpmModules, type NpmModulesOptions } from "./npm-modules.ts";
import { isPackageName, isVersionSpec } from "./package-spec.ts";
import type { Registry } from "./registry.ts";
import { tooLarge } from "./unpack-archive.ts";
import { sizeOf, watchSize } from "./watch-size.ts";

export interface InstallParts {
  registry: Registry;
  catalog: PackageCatalog;
  /** Where packages end up: `NAME-VERSION`. */
  packagesDirectory: string;
  /** For what is not finished; on the same disk. */
  stagingDirectory: string;
  npm: Pick<NpmModulesOptions, "cacheDirectory" | "allowScripts">;
  /** What an install may unpack, with all that it depends on. */
  installLimitBytes: number;
}

export interface PackageVersion {
  name: string;
  version: string;
}

/** What was installed, or was there before. */
export interface InstalledVersions extends PackageVersion {
  dependencies: PackageVersion[];
}

/**
 * Installs a package and the block packages that it depends on, dependencies first. All are made ready in a folder of
 * their own and moved into place at the end, so a failure leaves nothing behind.
 */
export async function installPackage(
  parts: InstallParts,
  wanted: PackageVersion,
  stop: AbortSignal,
  onProgress: (line: string) => void = () => {},
): Promise<InstalledVersions> {
  const { installLimitBytes } = parts;
  const staging = join(parts.stagingDirectory, randomUUID());
  const found = new Map<string, StagedPackage>(); // dependencies before what depends on them
  const tooMuch = new AbortController();
  const over = new AbortController();
  const watching = watchSize(staging, installLimitBytes, over.signal, () =>
    tooMuch.abort(new Error(`${wanted.name} was not installed: ${tooLarge(installLimitBytes)}.`)),
  );
  try {
    const signal = AbortSignal.any([stop, tooMuch.signal]);
    const top = await stage(parts, wanted, { staging, found, path: [], signal, onProgress });
    // npm may have been quicker than the look.
    if ((await sizeOf(staging, installLimitBytes)) > installLimitBytes) {
      throw new Error(`${wanted.name} was not installed: ${tooLarge(installLimitBytes)}.`);
    }
    signal.throwIfAborted();
    await oneByOne(async () => {
      for (const one of found.values()) await moveIntoPlace(parts, one);
    });
    const others = [...found.values()].filter((one) => one !== top);
    return { name: top.name, version: top.version, dependencies: others.map(versionOf) };
  } finally {
    over.abort();
    await watching;
    await rm(staging, { recursive: true, force: true });
  }
}

/** Two may bring the same dependency. */
const oneByOne = takeTurns(1);

interface StagedPackage extends PackageVersion {
  /** Absent if it was installed before. */
  directory?: string;
}

interface Staging {
  staging: string;
  found: Map<string, StagedPackage>;
  /** Who asked for it, outermost first: packages may depend on each other. */
  path: readonly string[];
  signal: AbortSignal;
  onProgress(line: string): void;
}

async function stage(
  parts: InstallParts,
  wanted: PackageVersion,
  { staging, found, path, signal, onProgress }: Staging,
): Promise<StagedPackage> {
  signal.throwIfAborted();
  const { name } = wanted;
  // Also what the manifest of a package asks for: nothing but a registry's packages.
  if (!isPackageName(name) || !isVersionSpec(wanted.version)) {
    throw new Error(`"${name}@${wanted.version}" is no package of a registry.`);
  }
  const installed = await parts.catalog.list();
  const isThere = (version: string) => installed.some((one) => one.name === name && one.version === version);
  // An exact version that is there needs no registry.
  const version = isThere(wanted.version)
    ? wanted.version
    : await parts.registry.resolve(name, wanted.version, signal);
  const id = `${name}@${version}`;
  const known = found.get(id);
  if (known) return known;
  const staged: StagedPackage = { name, version };
  if (path.includes(id)) return staged;

  let directory = installed.find((one) => one.name === name && one.version === version)?.directory;
  if (directory === undefined) {
    directory = join(staging, randomUUID());
    onProgress(`downloading ${id}`);
    await parts.registry.unpack(name, version, directory, { limitBytes: parts.installLimitBytes, signal });
    await checkPackage(directory, staged);
    staged.directory = directory;
  }
  for (const dependency of await readPackageDependencies(await findManifest(directory, "package"))) {
    await stage(parts, dependency, { staging, found, path: [...path, id], signal, onProgress });
  }
  if (staged.directory !== undefined) {
    const { url: registryUrl, token: registryToken } = parts.registry;
    await installNpmModules(directory, { ...parts.npm, registryUrl, registryToken, signal, onProgress });
  }
  found.set(id, staged);
  return staged;
}

/** A folder that the catalog would not list, or would list as something else, is no use. */
async function checkPackage(directory: string, { name, version }: PackageVersion): Promise<void> {
  const read = await readPackage(directory);
  if (!read) throw new Error(`${name}@${version} is no block package: it has no package.oo.yaml.`);
  if (read.name === name && semver.parse(read.version)?.version === version) return;
  throw new Error(
    `${name}@${version} calls itself ${read.name} ${read.version} in its package.oo.yaml; the two must agree.`,
  );
}

async function moveIntoPlace(
  { packagesDirectory, catalog }: InstallParts,
  staged: StagedPackage,
): Promise<void> {
  if (staged.directory === undefined) return;
  // Another install may have been quicker; blocks may run from there by now.
  const installed = await catalog.list();
  if (installed.some(({ name, version }) => name === staged.name && version === staged.version)) return;
  const target = join(packagesDirectory, `${staged.name}-${staged.version}`);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true }); // nothing that the catalog knows
  await rename(staged.directory, target);
}

function versionOf({ name, version }: StagedPackage): PackageVersion {
  return { name, version };
}
