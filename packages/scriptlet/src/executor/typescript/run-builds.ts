import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, extname, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Build, BuiltModule, Links } from "./build.ts";
import { compiledExtensions } from "./compiled-extensions.ts";
import { findLikeTypeScript } from "./find-like-typescript.ts";

/** Of all builds of this thread, by the address of the author's file: each is loaded once, whichever block comes first. */
const modules = new Map<string, BuiltModule>();
const links = new Map<string, Links>();
let isRegistered = false;

/**
 * Lets Node.js run the files of a build, each under the address of its source: what a file resolves, reads and reports is
 * as if it ran itself. `buildNow` makes a build of a file that a name leads to which only the run time knows.
 */
export function useBuild(path: string, buildNow: (file: string) => string): void {
  if (!isRegistered) {
    isRegistered = true;
    // Stack traces then name the author's lines.
    process.setSourceMapsEnabled(true);
    register(buildNow);
  }
  addBuild(path);
}

function addBuild(path: string): void {
  const build = JSON.parse(readFileSync(path, "utf8")) as Build;
  for (const [file, built] of Object.entries(build.modules)) {
    const url = pathToFileURL(file).href;
    // A file that is loaded already stays as it is.
    if (!modules.has(url)) modules.set(url, built);
  }
  for (const [file, found] of Object.entries(build.links)) {
    const url = pathToFileURL(file).href;
    if (!links.has(url)) links.set(url, found);
  }
}

function register(buildNow: (file: string) => string): void {
  registerHooks({
    resolve(name, context, next) {
      const parent = context.parentURL;
      if (parent === undefined || !modules.has(parent)) return next(name, context);
      const known = links.get(parent)?.[context.conditions.includes("require") ? "requires" : "imports"];
      if (known && Object.hasOwn(known, name)) {
        return { url: pathToFileURL(known[name] as string).href, shortCircuit: true };
      }
      const found = resolveAtRunTime(name, parent, () => next(name, context));
      const file = found.url.startsWith("file:") ? fileURLToPath(found.url) : "";
      if (compiledExtensions.has(extname(file)) && !modules.has(found.url)) addBuild(buildNow(file));
      return { ...found, shortCircuit: true };
    },
    load(url, context, next) {
      const built = modules.get(url);
      // `with { type: "json" }` is checked by Node.js itself.
      if (built === undefined || context.importAttributes?.type !== undefined) return next(url, context);
      // A `require` of JSON gets what is in it.
      if (url.endsWith(".json") && context.conditions.includes("require")) return next(url, context);
      return { format: built.format, source: built.code, shortCircuit: true };
    },
  });
}

/** Node.js first; then TypeScript's names for files: without an extension, or with that of the output. */
function resolveAtRunTime<Found extends { url: string }>(
  name: string,
  parent: string,
  asNode: () => Found,
): Found | { url: string } {
  try {
    return asNode();
  } catch (error) {
    const base = /^\.{0,2}\//.test(name)
      ? resolvePath(dirname(fileURLToPath(parent)), name)
      : name.startsWith("file:")
        ? fileURLToPath(name)
        : undefined;
    const file = base && findLikeTypeScript(base);
    if (file === undefined) throw error;
    return { url: pathToFileURL(file).href };
  }
}
