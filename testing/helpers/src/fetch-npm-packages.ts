import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MissingProgram } from "./missing-program.ts";

export interface NpmPackages {
  /** Exact versions by name. */
  dependencies: Record<string, string>;
  /** What stands in for a dependency of theirs that the registry does not have. */
  overrides?: Record<string, string>;
}

/**
 * A `require` for packages that are too large to come with every clone, fetched once for this machine, without their install
 * scripts. Throws a `MissingProgram` with `advice`, one line for those without a way to the registry.
 */
export function fetchNpmPackages(packages: NpmPackages, advice: string): NodeJS.Require {
  const manifest = JSON.stringify({ private: true, ...packages });
  const key = createHash("sha256").update(manifest).digest("hex").slice(0, 12);
  const folder = `/tmp/oomol-connect-npm-${key}`;
  if (!existsSync(folder)) fetchInto(folder, manifest, advice);
  return createRequire(join(folder, "package.json"));
}

/** Several test processes may want it at once; it appears whole, and the first one stays. */
function fetchInto(folder: string, manifest: string, advice: string): void {
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    writeFileSync(join(part, "package.json"), manifest);
    execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], {
      cwd: part,
      stdio: "ignore",
    });
    if (!existsSync(folder)) renameSync(part, folder);
  } catch (cause) {
    throw new MissingProgram(advice, { cause });
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
