import { dirname, resolve } from "node:path";
import { build } from "esbuild";
import type { Links } from "./build.ts";
import { sourcesOf } from "./build-sources.ts";
import { linkKind, ownAndForeign } from "./own-and-foreign.ts";
import { ownConditions } from "./own-conditions.ts";

/** A file of the author's that a block needs, as the compiler sees it. */
export interface SourceFile {
  path: string;
  /** Absent if the file has neither imports, nor exports, nor anything of CommonJS. */
  format: "esm" | "cjs" | undefined;
}

export interface FoundFiles {
  files: SourceFile[];
  links: Record<string, Links>;
  /** What determines the build; undefined if it must not be kept. */
  sources: string[] | undefined;
}

/** Finds the author's files that an entry reaches, and what the names in them mean. Rejects with what the compiler says. */
export async function findFiles(entry: string): Promise<FoundFiles> {
  const workingDir = dirname(entry);
  const links: Record<string, Links> = {};
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: workingDir,
    format: "esm",
    platform: "node",
    target: `node${process.versions.node}`,
    // Those of this Node.js only: "module" would select files that Node would not.
    conditions: [...ownConditions],
    // An import may be there for its effect, even in a package that says it has none.
    ignoreAnnotations: true,
    loader: { ".css": "empty" },
    absWorkingDir: workingDir,
    metafile: true,
    logLevel: "silent",
    plugins: [
      ownAndForeign((importer, kind, name, path) => {
        linksOf(links, importer)[kind][name] = path;
      }),
    ],
  });
  const files: SourceFile[] = [];
  for (const [name, { format, imports }] of Object.entries(metafile.inputs)) {
    if (!isFile(name)) continue;
    const path = resolve(workingDir, name);
    files.push({ path, format });
    for (const { path: target, original, kind, external } of imports) {
      if (external || original === undefined || !isFile(target)) continue;
      linksOf(links, path)[linkKind(kind)][original] = resolve(workingDir, target);
    }
  }
  return { files, links, sources: sourcesOf(metafile, workingDir) };
}

function linksOf(links: Record<string, Links>, importer: string): Links {
  links[importer] ??= { imports: {}, requires: {} };
  return links[importer];
}

/** Everything else has a namespace before it: `data:…`, `(disabled):…`. */
function isFile(name: string): boolean {
  return !/^(?![A-Za-z]:[\\/])[^/\\]*:/.test(name);
}
