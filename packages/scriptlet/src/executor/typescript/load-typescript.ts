import { spawnSync } from "node:child_process";
import { realpath } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findBuild } from "./build-index.ts";
import { ownConditions } from "./own-conditions.ts";
import { useBuild } from "./run-builds.ts";
import { loaderUrl } from "./this-program.ts";
import { replaceWorkerClass } from "./worker-class.ts";

/** Loads a file in TypeScript, and what it imports, in this thread. Builds it first, unless an earlier process has. */
export async function loadTypeScript(file: string, cacheDir: string): Promise<object> {
  useBuild(
    findBuild(file, cacheDir) ?? (await buildBlock(file, cacheDir)),
    (found) => findBuild(found, cacheDir) ?? buildNow(found, cacheDir),
  );
  return (await import(pathToFileURL(file).href)) as object;
}

/** The same in a worker's own thread, whose program it is. */
export async function loadInWorker(url: string, cacheDir: string): Promise<void> {
  replaceWorkerClass(cacheDir);
  await loadTypeScript(await realpath(fileURLToPath(url)), cacheDir);
}

/** Loading the compiler costs some 10 ms, which a stored build need not pay. */
export async function buildBlock(file: string, cacheDir: string): Promise<string> {
  const compiler = await import("./build-block.ts");
  return compiler.buildBlock(file, cacheDir);
}

/** In a process of its own: Node.js waits for the answer on this thread, while the compiler needs one to work. */
function buildNow(file: string, cacheDir: string): string {
  const program = `import { buildBlock } from ${JSON.stringify(loaderUrl)};
    try { process.stdout.write(await buildBlock(...${JSON.stringify([file, cacheDir])})); }
    catch (error) { process.stderr.write(error.message); process.exitCode = 1; }`;
  const conditions = ownConditions.map((condition) => `--conditions=${condition}`);
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [...conditions, "--input-type=module", "--eval", program],
    { encoding: "utf8" },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim() || `The compiler ended with code ${status}.`);
  return stdout;
}
