import { existsSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Metafile } from "esbuild";

/**
 * Everything that determines a bundle: its files, their folders (a new file may take precedence), the files in or
 * above them for resolving, and the packages that it refers to. Undefined if the bundle refers to a package that could
 * not be found: it may be installed at any time, anywhere.
 */
export function sourcesOf({ inputs, outputs }: Metafile, workingDir: string): string[] | undefined {
  const files = Object.keys(inputs).map((path) => resolve(workingDir, path));
  const folders = new Set(files.map((file) => dirname(file)));
  const sources = new Set([...files, ...folders]);
  for (const folder of new Set([...folders].flatMap(withAncestors))) {
    sources.add(join(folder, "package.json")).add(join(folder, "node_modules"));
    for (const config of configsFrom(join(folder, "tsconfig.json"))) sources.add(config);
  }
  for (const { path, external } of Object.values(outputs).flatMap((output) => output.imports)) {
    if (!external || isBuiltin(path) || /^(data|https?):/.test(path)) continue;
    if (!path.startsWith("file:") && !isAbsolute(path)) return undefined;
    sources.add(manifestOf(path.startsWith("file:") ? fileURLToPath(path) : path));
  }
  return [...sources];
}

function withAncestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withAncestors(parent)];
}

/** A tsconfig with those that it extends, whether or not they exist. */
function configsFrom(config: string, seen = new Set<string>()): Set<string> {
  if (seen.has(config)) return seen;
  seen.add(config);
  if (!existsSync(config)) return seen;
  // Not parsed: comments and trailing commas are allowed in it.
  const extended = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(readFileSync(config, "utf8"))?.[1] ?? "";
  for (const [, name = ""] of extended.matchAll(/"([^"]*)"/g)) {
    for (const path of resolveConfig(name, config)) configsFrom(path, seen);
  }
  return seen;
}

function resolveConfig(name: string, from: string): string[] {
  if (/^\.{0,2}\//.test(name)) return [resolve(dirname(from), name), resolve(dirname(from), `${name}.json`)];
  const { resolve: find } = createRequire(from);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return [find(candidate)];
    } catch {
      // The next form of the name.
    }
  }
  return [];
}

/** The manifest of the package that holds a file: its version and entry points. */
function manifestOf(file: string): string {
  const nearest = withAncestors(dirname(file)).find((folder) => existsSync(join(folder, "package.json")));
  return join(nearest ?? dirname(file), "package.json");
}
