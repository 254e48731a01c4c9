import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, root } from "./published-packages.ts";

export interface ProductionDependency {
  name: string;
  versions: string[];
  /** SPDX, as its own manifest says. */
  licence: string;
  /** What npm would run when it is installed, `NAME: COMMAND` each. */
  installScripts: string[];
  /** Only there on machines of one kind. */
  isOfPlatform: boolean;
}

interface Listed {
  name: string;
  versions: string[];
  paths: string[];
}

/** Packages of others that published packages need to run, and what those need; as they are installed here. */
export function productionDependencies(): ProductionDependency[] {
  const filters = publishedPackages().flatMap(({ name }) => ["--filter", name]);
  const output = execFileSync("pnpm", [...filters, "licenses", "list", "--prod", "--json"], {
    cwd: root,
    shell: process.platform === "win32", // a .cmd file there
    maxBuffer: 2 ** 26,
  });
  const byLicence: Record<string, Listed[]> = JSON.parse(output.toString());
  const dependencies = Object.entries(byLicence).flatMap(([licence, packages]) =>
    packages.map(({ name, versions, paths }) => ({
      name,
      licence,
      versions: versions.toSorted(),
      installScripts: [...new Set(paths.flatMap(installScriptsIn))],
      isOfPlatform: paths.some((path) => "os" in manifestIn(path) || "cpu" in manifestIn(path)),
    })),
  );
  return dependencies.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function installScriptsIn(directory: string): string[] {
  const scripts: Record<string, string> = manifestIn(directory).scripts ?? {};
  const named = ["preinstall", "install", "postinstall"].flatMap((name) =>
    scripts[name] === undefined ? [] : [`${name}: ${scripts[name]}`],
  );
  // npm compiles what has one and says nothing itself.
  const isCompiled = existsSync(join(directory, "binding.gyp")) && scripts.install === undefined;
  return isCompiled ? [...named, "install: node-gyp rebuild"] : named;
}

function manifestIn(directory: string): { scripts?: Record<string, string>; os?: unknown; cpu?: unknown } {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
}
