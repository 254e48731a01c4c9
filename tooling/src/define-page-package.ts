import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { defineConfig } from "tsup";
import { definePackage } from "./define-package.ts";

interface PagePackage {
  /** The module that a page starts with, below the package. */
  start: string;
  /** The doors, as `dist` names them. They offer more than the start needs. */
  doors: Record<string, string>;
  /** The doors to what a page loads on demand, and shares with it. */
  laterDoors: Record<string, string>;
}

/**
 * Builds a package of which a page loads a part at first and the rest on demand. All modules that the start imports statically
 * become one file, `core.js`, which everything else imports.
 *
 * Bundlers, esbuild above all, place a file by the files that import it, whatever they use of it. With one file a module, or
 * with the chunks of a usual build, a page would at first load what the door offers to others and the client loads on demand,
 * and many small chunks of what several parts share. So a door has its own copy of the few functions of which both is true.
 */
export function definePagePackage({ start, doors, laterDoors }: PagePackage) {
  return defineConfig(async (cli) => {
    const { first, later } = await partsOf(start);
    const onDemand = Object.fromEntries(later.map((file) => [nameOf(file), file]));
    const parts = [
      definePackage({
        entry: { core: start },
        dts: false,
        splitting: false,
        esbuildPlugins: [exporting(start, first)],
      }),
      definePackage({
        entry: doors,
        dtsEntry: { ...doors, ...laterDoors },
        clean: false,
        splitting: false,
        esbuildPlugins: [sharing(first)],
      }),
      definePackage({
        entry: { ...laterDoors, ...onDemand },
        dts: false,
        clean: false,
        esbuildPlugins: [sharing(first)],
      }),
    ];
    const configs = await Promise.all(parts.map((part) => (typeof part === "function" ? part(cli) : part)));
    return configs.flat();
  });
}

/** The modules that a page loads at first, and those that it loads on demand, as absolute paths. */
async function partsOf(start: string): Promise<{ first: string[]; later: string[] }> {
  const later = new Set<string>();
  const collect: Plugin = {
    name: "collect",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== "dynamic-import") return undefined;
        later.add(join(resolveDir, path));
        return { path, external: true };
      }),
  };
  const options = {
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external",
  } as const;
  const { metafile } = await build({ ...options, entryPoints: [start], plugins: [collect] });
  const first = Object.keys(metafile.inputs);
  await rejectDuplicates(first);
  return { first: first.map((file) => resolve(file)), later: [...later] };
}

/** Of a name that two modules export, `export *` would export neither. */
async function rejectDuplicates(first: readonly string[]): Promise<void> {
  const files = first.filter((file) => nameOf(file) !== "index");
  const { metafile } = await build({ entryPoints: files, write: false, metafile: true, outdir: "dist" });
  const names = Object.values(metafile.outputs).flatMap((output) => output.exports);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0)
    throw new Error(`core.js would export twice: ${twice.join(", ")}. Rename one of each.`);
}

/** The start, with all that other files import from the modules around it. */
function exporting(start: string, first: readonly string[]): Plugin {
  const file = resolve(start);
  return {
    name: "exporting",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path }) =>
        kind === "dynamic-import" ? { path: `./${nameOf(path)}.js`, external: true } : undefined,
      );
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== file) return undefined;
        const others = first.filter((other) => other !== file);
        const exports = others.map((other) => `export * from ${JSON.stringify(other)};`);
        return { contents: [await readFile(path, "utf8"), ...exports].join("\n"), loader: "ts" };
      });
    },
  };
}

/** Takes the modules of the first load from `core.js`. */
function sharing(first: readonly string[]): Plugin {
  const isFirst = new Set(first);
  return {
    name: "sharing",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
        kind !== "entry-point" && isFirst.has(join(resolveDir, path))
          ? { path: "./core.js", external: true }
          : undefined,
      ),
  };
}

function nameOf(file: string): string {
  return basename(file, ".ts");
}
