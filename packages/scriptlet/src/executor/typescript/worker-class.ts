import { syncBuiltinESMExports } from "node:module";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import workerThreads, { type WorkerOptions } from "node:worker_threads";
import { withBoundedOutput } from "../worker-output.ts";
import { compiledExtensions } from "./compiled-extensions.ts";
import { loaderUrl } from "./this-program.ts";

let isReady = false;

/**
 * Replaces the class of workers: those that a block, or a library of it, starts may be written in TypeScript, and what they print is
 * bounded. Call it before any of them is loaded.
 */
export function replaceWorkerClass(cacheDir: string): void {
  if (isReady) return;
  isReady = true;
  workerThreads.Worker = new Proxy(workerThreads.Worker, {
    construct(original, [program, options]: [string | URL, WorkerOptions?], made) {
      const start = options?.eval ? program : (starterOf(program, cacheDir) ?? program);
      return withBoundedOutput(options, (bounded) => Reflect.construct(original, [start, bounded], made));
    },
  });
  syncBuiltinESMExports();
}

/** A program that loads the worker as a block is loaded; undefined for what Node.js runs itself. */
function starterOf(program: string | URL, cacheDir: string): URL | undefined {
  if (program instanceof URL && program.protocol !== "file:") return undefined;
  const file = program instanceof URL ? fileURLToPath(program) : resolve(program);
  if (!compiledExtensions.has(extname(file))) return undefined;
  const code = `import { loadInWorker } from ${JSON.stringify(loaderUrl)};
    await loadInWorker(...${JSON.stringify([pathToFileURL(file).href, cacheDir])});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
