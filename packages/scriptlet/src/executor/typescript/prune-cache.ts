import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const maxBuilds = 500;
const maxSizeBytes = 256 * 2 ** 20;
/** Another process may be about to load a build that it has just made or found. */
const minAgeMs = 60_000;

export interface PruneLimits {
  maxBuilds?: number;
  maxSizeBytes?: number;
  minAgeMs?: number;
}

/**
 * Removes the least recently used builds, and index entries likewise, while there are more than 500 or they
 * take more than 256 MiB. It ignores files that another process removes meanwhile, and files that the cache did not write:
 * the folder may contain other files too.
 */
export async function pruneCache(cacheDir: string, limits: PruneLimits = {}): Promise<void> {
  // Earlier versions have written `.mjs`.
  await pruneFolder(cacheDir, /^[0-9a-f]{32}\.(build|mjs)(\.[0-9a-f-]{36}\.tmp)?$/, limits);
  await pruneFolder(join(cacheDir, "index"), /^[0-9a-f]{32}\.json(\.[0-9a-f-]{36}\.tmp)?$/, limits);
}

async function pruneFolder(folder: string, written: RegExp, limits: PruneLimits): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => written.test(name));
  const known = await Promise.all(names.map((name) => describe(join(folder, name))));
  const files = known
    .filter((file) => file !== undefined)
    .sort((one, other) => other.usedAtMs - one.usedAtMs);
  const youngest = Date.now() - (limits.minAgeMs ?? minAgeMs);
  let sizeBytes = 0;
  for (const [index, file] of files.entries()) {
    sizeBytes += file.sizeBytes;
    const isWithin =
      index < (limits.maxBuilds ?? maxBuilds) && sizeBytes <= (limits.maxSizeBytes ?? maxSizeBytes);
    if (!isWithin && file.usedAtMs <= youngest) await rm(file.path, { force: true });
  }
}

async function describe(path: string) {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return { path, sizeBytes: found.size, usedAtMs: found.mtimeMs };
}
