import { createHash } from "node:crypto";
import { accessSync, readFileSync } from "node:fs";
import { mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fingerprint } from "./fingerprint.ts";
import { ownConditions } from "./own-conditions.ts";

/** Raise this with every change to the output of build-block.ts. */
const buildVersion = 2;

/** The sources of a build, and its result. */
interface IndexEntry {
  /** Name of the built file in the cache. */
  built: string;
  /** Files and folders that determined it, each with its fingerprint. */
  sources: [path: string, fingerprint: string][];
}

/**
 * The built file of an entry, if an earlier process has made one from exactly the same sources; then the compiler need not
 * even be loaded. Undefined if there is none. Synchronous, as loading a module is.
 */
export function findBuild(file: string, cacheDir: string): string | undefined {
  try {
    const entry = JSON.parse(readFileSync(indexPath(file, cacheDir), "utf8")) as IndexEntry;
    const path = join(cacheDir, entry.built);
    accessSync(path);
    if (entry.sources.some(([source, seen]) => fingerprint(source) !== seen)) return undefined;
    // A used build stays when the cache is pruned.
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
    return path;
  } catch {
    // No entry, an unreadable entry, or a built file that has been pruned.
    return undefined;
  }
}

/** Stores a build for later processes. Renaming is atomic: nobody ever reads half an entry. */
export async function rememberBuild(
  file: string,
  cacheDir: string,
  built: string,
  sources: readonly string[],
): Promise<void> {
  const path = indexPath(file, cacheDir);
  const entry: IndexEntry = {
    built,
    sources: sources.map((source): [string, string] => [source, fingerprint(source)]),
  };
  await mkdir(join(cacheDir, "index"), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
  await writeFile(unfinished, JSON.stringify(entry));
  await rename(unfinished, path);
}

function indexPath(file: string, cacheDir: string): string {
  compiler ??= readFileSync(createRequire(import.meta.url).resolve("esbuild/package.json"), "utf8");
  const about = [buildVersion, process.version, compiler, ownConditions, file];
  const name = createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 32);
  return join(cacheDir, "index", `${name}.json`);
}

/** The compiler's own manifest: its version, read without loading it. */
let compiler: string | undefined;
