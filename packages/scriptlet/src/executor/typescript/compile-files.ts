import { readFile } from "node:fs/promises";
import { extname, parse, relative } from "node:path";
import { type BuildOptions, build } from "esbuild";
import type { BuiltModule } from "./build.ts";
import type { SourceFile } from "./find-files.ts";

type Compiled = Record<string, BuiltModule>;

/** Compiles each file on its own, with the settings of the tsconfig beside it; names stay as they are written. */
export async function compileFiles(files: readonly SourceFile[]): Promise<Compiled> {
  const kinds = new Map<Kind, string[]>([
    [commonjs, []],
    [module, []],
    [moduleWithRequire, []],
  ]);
  const kindsOfFiles = await Promise.all(files.map(kindOf));
  for (const [index, { path }] of files.entries()) kinds.get(kindsOfFiles[index] as Kind)?.push(path);
  const compiled = await Promise.all([...kinds].map(([kind, paths]) => compile(paths, kind)));
  return Object.assign({}, ...compiled) as Compiled;
}

interface Kind {
  format: BuiltModule["format"];
  options: BuildOptions;
}

const commonjs: Kind = { format: "commonjs", options: { format: "cjs" } };

/** Modules may use what CommonJS has, as they may in other tools; names that a file declares itself are its own. */
const module: Kind = {
  format: "module",
  options: {
    format: "esm",
    define: {
      __dirname: "import.meta.dirname",
      __filename: "import.meta.filename",
      require: "__oomolRequire",
    },
  },
};

const moduleWithRequire: Kind = {
  format: "module",
  options: {
    ...module.options,
    banner: {
      js: `import { createRequire as __oomolCreateRequire } from "node:module"; const __oomolRequire = __oomolCreateRequire(import.meta.url);`,
    },
  },
};

async function kindOf({ path, format }: SourceFile): Promise<Kind> {
  const extension = extname(path);
  if (format === "cjs" || (format === undefined && /^\.c[jt]s$/.test(extension))) return commonjs;
  if (!/^\.[cm]?[jt]sx?$/.test(extension)) return module;
  return (await readFile(path, "utf8")).includes("require") ? moduleWithRequire : module;
}

async function compile(paths: string[], { format, options }: Kind): Promise<Compiled> {
  const [first] = paths;
  if (first === undefined) return {};
  // Each output lies beside its source, so that its map names the source as a neighbour; nothing is written.
  const { root } = parse(first);
  const { outputFiles } = await build({
    entryPoints: paths.map((path) => ({ in: path, out: relative(root, path) })),
    bundle: false,
    write: false,
    outdir: root,
    platform: "node",
    target: `node${process.versions.node}`,
    sourcemap: "inline",
    sourcesContent: false,
    loader: { ".css": "empty" },
    absWorkingDir: root,
    logLevel: "silent",
    ...options,
  });
  return Object.fromEntries(
    (outputFiles ?? []).map(({ path, text }): [string, BuiltModule] => [
      path.slice(0, -".js".length),
      { format, code: text },
    ]),
  );
}
