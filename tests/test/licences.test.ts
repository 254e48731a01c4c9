import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import spdxSatisfies from "spdx-satisfies";
import { describe, expect, test } from "vitest";
import { productionDependencies } from "./helpers/production-dependencies.ts";
import { root } from "./helpers/published-packages.ts";

/** Licences whose code may be used by a program under the MIT licence, and say what they ask for in their own file. */
const compatible = [
  "MIT",
  "MIT-0",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "Unlicense",
  "CC0-1.0",
  "Python-2.0",
  "PSF-2.0",
  // Of data alone, the list of SPDX exceptions: asks for its author's name, which its own file gives.
  "CC-BY-3.0",
  // Of fonts: they may travel with any program, with this licence beside them.
  "OFL-1.1",
];

const dependencies = productionDependencies();

test("what published packages depend on has a licence that goes with theirs", () => {
  expect(dependencies.length).toBeGreaterThan(30);
  const others = dependencies.filter(({ licence }) => !isCompatible(licence));
  expect(others.map(({ name, licence }) => [name, licence])).toEqual([]);
});

describe.each([
  ["packages/browser/dist/third-party-notices.md", "packages/browser/dist/index.js"],
  ["apps/server/dist/playground/third-party-notices.md", "apps/playground/src/main.tsx"],
])("%s", (page, entry) => {
  const headings = readFileSync(join(root, page), "utf8").matchAll(/^## (\S+) - (\S+) \((.*)\)$/gm);
  const licences = new Map([...headings].map(([, name = "", , licence = ""]) => [name, licence]));

  test("names every package of others that is bundled", async () => {
    const bundled = await bundledPackages(join(root, entry));
    expect(bundled).toContain("eventsource-parser");
    expect([...licences.keys()].sort()).toEqual(bundled);
  });

  test("what is bundled has a licence that goes with ours", () => {
    const others = [...licences].filter(([, licence]) => !isCompatible(licence));
    expect(others).toEqual([]);
  });
});

/** Packages from outside of the workspace that a bundle of the entry holds, by name. */
async function bundledPackages(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    outdir: "out",
    logLevel: "error",
    conditions: ["@oomol/source"],
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".woff2": "file" },
  });
  const outputs = Object.values(metafile.outputs);
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const names = inputs.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

test.each([
  ["(MIT OR GPL-3.0)", true],
  ["MIT AND ISC", true],
  ["GPL-3.0", false],
  ["MIT AND GPL-3.0", false],
  ["MIT AND (GPL-3.0 OR ISC)", true],
  ["(MIT AND GPL-3.0) OR Apache-2.0", true],
  ["Apache-2.0 WITH LLVM-exception", false],
  ["Unknown", false],
])("control: %s is judged", (licence, expected) => {
  expect(isCompatible(licence)).toBe(expected);
});

function isCompatible(licence: string): boolean {
  try {
    return spdxSatisfies(licence, compatible);
  } catch {
    // Not an expression of SPDX, and so for a person to read.
    return false;
  }
}
