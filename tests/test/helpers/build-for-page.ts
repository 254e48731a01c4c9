import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

/** Bundles for a page as a web app's build does, in memory: minified, with chunks for what is loaded on demand. */
export function buildForPage(options: Pick<BuildOptions, "entryPoints" | "stdin" | "outdir">) {
  return build({
    ...options,
    bundle: true,
    minify: true,
    splitting: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "error",
  });
}

/** What a file weighs on its way to a page. */
export function gzipBytes(contents: string | Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length;
}
