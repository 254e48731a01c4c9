import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { publishedPackages } from "./helpers/published-packages.ts";

interface Manifest {
  name: string;
  engines?: { node?: string };
  dependencies?: Record<string, string>;
}

describe.each(publishedPackages())("$name", ({ directory }) => {
  test("lets in no Node.js that a dependency refuses", () => {
    const all = installedWith(directory);
    const own = nodeOf(all.get(realpathSync(directory)));
    expect(own).toMatch(/^>=22\./);
    const refusing = [...all.values()].filter((one) => !semver.subset(own, nodeOf(one)));
    expect(refusing.map(({ name, engines }) => `${name} asks for ${engines?.node}`)).toEqual([]);
  });
});

test("control: a range that refuses the oldest is no superset", () => {
  expect(semver.subset(">=22", ">=22.12")).toBe(false);
  expect(semver.subset(">=22.16", "^20.17.0 || >=22.9.0")).toBe(true);
});

/** A package and all that is installed with it, by folder. */
function installedWith(directory: string, found = new Map<string, Manifest>()): Map<string, Manifest> {
  const folder = realpathSync(directory);
  if (found.has(folder)) return found;
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  found.set(folder, manifest);
  for (const name of Object.keys(manifest.dependencies ?? {}))
    installedWith(findInstalled(folder, name), found);
  return found;
}

function findInstalled(from: string, name: string): string {
  const candidate = join(from, "node_modules", name);
  if (existsSync(join(candidate, "package.json"))) return candidate;
  if (dirname(from) === from) throw new Error(`${name} is not installed.`);
  return findInstalled(dirname(from), name);
}

function nodeOf(manifest: Manifest | undefined): string {
  return manifest?.engines?.node ?? "*";
}
