import { readFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loader, Plugin } from "esbuild";

/**
 * Lets each bundled file keep its own `import.meta.url`, `__dirname` and `__filename`. The compiler inserts our names if a
 * file uses them without declaring them itself, and each such file gets them declared.
 */
export const originalLocations = {
  define: {
    "import.meta.url": "__oomolUrl",
    "import.meta.dirname": "__oomolDirname",
    "import.meta.filename": "__oomolFilename",
    __dirname: "__oomolDirname",
    __filename: "__oomolFilename",
  },
  plugin: {
    name: "original-locations",
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        if (!/__dirname|__filename|import\.meta/.test(source)) return undefined;
        return { contents: withLocations(source, path), loader: loaderOf(path) };
      });
    },
  } satisfies Plugin,
};

/** On the first line, so that line numbers stay; after a `#!`, which must stay first. */
function withLocations(source: string, path: string): string {
  const declarations = `var __oomolUrl = ${JSON.stringify(pathToFileURL(path).href)}, __oomolDirname = ${JSON.stringify(dirname(path))}, __oomolFilename = ${JSON.stringify(path)};`;
  return source.startsWith("#!") ? source.replace("\n", `\n${declarations}`) : declarations + source;
}

function loaderOf(path: string): Loader {
  const extension = extname(path);
  if (extension === ".tsx" || extension === ".jsx") return extension === ".tsx" ? "tsx" : "jsx";
  return extension.includes("t") ? "ts" : "js";
}
