import { buildForPage, gzipBytes } from "./build-for-page.ts";
import { root } from "./published-packages.ts";

export interface BundleSize {
  /** What a page loads before anything runs, minified and compressed. */
  firstLoadGzipBytes: number;
  /** The same with all that is loaded on demand. */
  wholeGzipBytes: number;
  /** What a page has loaded once it has also loaded these parts, by their names in `dist`. */
  loadedGzipBytes(parts: readonly string[]): number;
}

/** Bundles one line of code for a page, as a web app's build would. */
export async function bundleSize(code: string): Promise<BundleSize> {
  const { outputFiles, metafile } = await buildForPage({
    stdin: { contents: code, resolveDir: `${root}tests` },
    outdir: "out",
  });
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [path.replace(/.*\/out\//, "out/"), gzipBytes(contents)]),
  );
  const entry = Object.keys(metafile.outputs).find(
    (name) => metafile.outputs[name]?.entryPoint !== undefined && name.startsWith("out/stdin"),
  );
  const firstLoad = entry === undefined ? [] : staticChunks(metafile.outputs, entry);
  const sum = (names: Iterable<string>) =>
    [...names].reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
  const chunkOf = (part: string) => {
    const name = Object.keys(metafile.outputs).find((chunk) => chunk.startsWith(`out/${part}-`));
    if (name === undefined) throw new Error(`no chunk begins with ${part}`);
    return name;
  };
  return {
    firstLoadGzipBytes: sum(firstLoad),
    wholeGzipBytes: sum(sizes.keys()),
    loadedGzipBytes(parts) {
      const loaded = new Set(firstLoad);
      for (const part of parts) staticChunks(metafile.outputs, chunkOf(part), loaded);
      return sum(loaded);
    },
  };
}

type Outputs = Record<string, { imports: { path: string; kind: string }[] }>;

function staticChunks(outputs: Outputs, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const { path, kind } of outputs[name]?.imports ?? [])
    if (kind === "import-statement") staticChunks(outputs, path, seen);
  return seen;
}
