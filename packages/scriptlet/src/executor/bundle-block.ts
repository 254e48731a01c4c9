import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Message, stop } from "esbuild";
import { BlockLoadError } from "./block-load-error.ts";
import { rememberBuild } from "./build-index.ts";
import { sourcesOf } from "./build-sources.ts";
import { originalLocations } from "./original-locations.ts";
import { packagesAsExternals } from "./packages-as-externals.ts";
import { pruneCache } from "./prune-cache.ts";

/**
 * Builds a TypeScript entry into one ES module outside the user's folders and returns its path (oocana-protocol 6.9.2). Its name is the
 * hash of its content, so processes and sessions share it without ever overwriting one another. Its sources are stored, so
 * that a later process need not build it again.
 *
 * @throws {@link BlockLoadError} with the compiler's messages.
 */
export async function bundleBlock(file: string, cacheDir: string): Promise<string> {
  const workingDir = dirname(file);
  const { outputFiles, metafile } = await compile({
    entryPoints: [file],
    bundle: true,
    write: false,
    outfile: join(cacheDir, "block.mjs"),
    format: "esm",
    platform: "node",
    target: `node${process.versions.node}`,
    // Node's own conditions only: "module" would select files that Node would not.
    conditions: [],
    sourcemap: "inline",
    sourcesContent: false,
    absWorkingDir: workingDir,
    metafile: true,
    logLevel: "silent",
    banner: { js: requireShim(file) },
    define: originalLocations.define,
    plugins: [packagesAsExternals, originalLocations.plugin],
  }).catch((error: unknown) => {
    throw new BlockLoadError(file, messagesOf(error), undefined);
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new BlockLoadError(file, "the compiler wrote nothing", undefined);
  const path = await store(bundle.contents, cacheDir);
  const sources = sourcesOf(metafile, workingDir);
  // Nobody waits for the cache, and a block runs even if the build cannot be stored.
  if (sources !== undefined) {
    rememberBuild(file, cacheDir, basename(path), sources)
      .then(() => pruneCache(cacheDir))
      .catch(() => undefined);
  }
  return path;
}

let builds = 0;

/** Ends the compiler's process after the last build: it would count as left behind by the block. */
const compile: typeof build = async (options) => {
  builds += 1;
  try {
    return await build(options);
  } finally {
    builds -= 1;
    if (builds === 0) await stop();
  }
};

/** Packages that are `require`d resolve from the original file. */
function requireShim(file: string): string {
  const url = JSON.stringify(pathToFileURL(file).href);
  return `import { createRequire as __oomolCreateRequire } from "node:module";const require = __oomolCreateRequire(${url});`;
}

async function store(contents: Uint8Array, cacheDir: string): Promise<string> {
  const path = join(cacheDir, `${createHash("sha256").update(contents).digest("hex").slice(0, 32)}.mjs`);
  if (await isThere(path)) return path;
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  // Renaming is atomic: nobody ever imports half a file.
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path).catch(async (failure) => {
    await rm(unfinished, { force: true });
    // Windows refuses while another process imports the same file under its name: then the same file exists already.
    if (!(await isThere(path))) throw failure;
  });
  return path;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function messagesOf(error: unknown): string {
  const messages = (error as { errors?: Message[] }).errors ?? [];
  if (messages.length === 0) return error instanceof Error ? error.message : String(error);
  return messages
    .map(({ text, location }) =>
      location ? `${location.file}:${location.line}:${location.column}: ${text}` : text,
    )
    .join("\n");
}
