import { realpath, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BlockLoadError } from "./block-load-error.ts";
import { chooseFunction } from "./choose-function.ts";

export interface BlockSource {
  /** Absolute; `entry` is relative to it. */
  dir: string;
  /** Default `main.ts`. */
  entry: string | undefined;
  functionName: string | undefined;
}

export type LoadedBlock = (inputs: unknown, context: unknown) => unknown;

/** Loads blocks; each file is evaluated once, so its top-level state lasts for the life of the process (oocana-protocol 6.9.4). */
export function createBlockLoader(cacheDir: string) {
  const modules = new Map<string, Promise<object>>();
  /** By the manifest's path: a loaded block stays, whatever happens to its file. */
  const known = new Map<string, Promise<object>>();

  /** @throws {@link BlockLoadError} */
  return async function loadBlock({
    dir,
    entry = "main.ts",
    functionName,
  }: BlockSource): Promise<LoadedBlock> {
    const path = resolve(dir, entry);
    let loading = known.get(path);
    if (loading === undefined) {
      loading = findEntry(dir, entry).then(loadOnce);
      known.set(path, loading);
      // A later job retries.
      loading.catch(() => known.delete(path));
    }
    const found = chooseFunction(await loading, functionName);
    if (found === undefined) {
      throw new BlockLoadError(path, "it exports no function; export one as default", undefined);
    }
    return found;
  };

  /** Several paths may lead to one file. */
  function loadOnce(file: string): Promise<object> {
    const loading = modules.get(file) ?? loadModule(file);
    modules.set(file, loading);
    loading.catch(() => modules.delete(file));
    return loading;
  }

  async function loadModule(file: string): Promise<object> {
    try {
      const runnable = bundled.has(extname(file)) ? await bundle(file) : file;
      return (await import(pathToFileURL(runnable).href)) as object;
    } catch (error) {
      throw error instanceof BlockLoadError ? error : new BlockLoadError(file, undefined, error);
    }
  }

  async function bundle(file: string): Promise<string> {
    // Stack traces then name the user's files and lines.
    process.setSourceMapsEnabled(true);
    // Load what only TypeScript needs on demand, node:crypto above all.
    const { findBuild } = await import("./build-index.ts");
    const built = await findBuild(file, cacheDir);
    if (built !== undefined) return built;
    // Loading esbuild costs some 10 ms, which a stored build need not pay.
    const { bundleBlock } = await import("./bundle-block.ts");
    return bundleBlock(file, cacheDir);
  }
}

const bundled = new Set([".ts", ".mts", ".cts", ".tsx", ".jsx"]);

async function findEntry(dir: string, entry: string): Promise<string> {
  const path = resolve(dir, entry);
  if (entry === "") throw new BlockLoadError(dir, "the manifest's entry is empty", undefined);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new BlockLoadError(path, "there is no such file", undefined);
  if (!found.isFile()) throw new BlockLoadError(path, "it is not a file", undefined);
  return realpath(path);
}
