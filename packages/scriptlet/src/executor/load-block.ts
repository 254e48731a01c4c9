import { realpath, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BlockLoadError } from "./block-load-error.ts";
import { chooseFunction } from "./choose-function.ts";
import { compiledExtensions } from "./typescript/compiled-extensions.ts";

export interface BlockSource {
  /** Absolute; `entry` is relative to it. */
  dir: string;
  /** Default `main.ts`. */
  entry: string | undefined;
  functionName: string | undefined;
}

export type LoadedBlock = (inputs: unknown, context: unknown) => unknown;

/**
 * Loads blocks; each file is evaluated once, so its top-level state lasts for the life of the process (oocana-protocol 6.9.4).
 * `onFailedImport` is called if Node.js could not import a file, or what it imports: it tries none of them again.
 */
export function createBlockLoader(cacheDir: string, onFailedImport = () => {}) {
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
      if (!compiledExtensions.has(extname(file))) return (await import(pathToFileURL(file).href)) as object;
      // Load what only TypeScript needs on demand, node:crypto above all.
      const { loadTypeScript } = await import("./typescript/load-typescript.ts");
      return await loadTypeScript(file, cacheDir);
    } catch (error) {
      if (!(error instanceof BlockLoadError)) onFailedImport();
      throw error instanceof BlockLoadError ? error : new BlockLoadError(file, undefined, error);
    }
  }
}

async function findEntry(dir: string, entry: string): Promise<string> {
  const path = resolve(dir, entry);
  if (entry === "") throw new BlockLoadError(dir, "the manifest's entry is empty", undefined);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new BlockLoadError(path, "there is no such file", undefined);
  if (!found.isFile()) throw new BlockLoadError(path, "it is not a file", undefined);
  return realpath(path);
}
