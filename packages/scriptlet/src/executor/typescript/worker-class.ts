import { syncBuiltinESMExports } from "node:module";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import workerThreads, { type WorkerOptions } from "node:worker_threads";
import { compiledExtensions } from "./compiled-extensions.ts";
import { loaderUrl } from "./this-program.ts";

let isReady = false;

/** Lets a block, and the libraries that it uses, start workers that are written in TypeScript. Call it before any of them is loaded. */
export function allowTypeScriptWorkers(cacheDir: string): void {
  if (isReady) return;
  isReady = true;
  workerThreads.Worker = class Worker extends workerThreads.Worker {
    constructor(program: string | URL, options?: WorkerOptions) {
      super(options?.eval ? program : (starterOf(program, cacheDir) ?? program), options);
    }
  };
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
