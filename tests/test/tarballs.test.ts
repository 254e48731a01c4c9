import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packPackage } from "./helpers/pack-package.ts";
import { publishedPackages } from "./helpers/published-packages.ts";

const packages = publishedPackages();
const directory = mkdtempSync(join(tmpdir(), "oomol-connect-tarballs-"));
const tarballs = new Map<string, Buffer>();

beforeAll(() => {
  for (const { name, directory: source } of packages) {
    tarballs.set(name, packPackage(source, directory).content);
  }
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true }));

describe.each(packages)("$name", ({ name, manifest }) => {
  test("publint finds nothing", async () => {
    const { messages } = await publint({ pack: { tarball: toArrayBuffer(tarball(name)) } });
    expect(messages).toEqual([]);
  });

  test.runIf(manifest.exports)("its types resolve as its code does", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball(name)));
    const problems = "problems" in analysis ? analysis.problems : [];
    // CommonJS callers get ES modules through require(esm), which every supported Node has.
    const unexpected = problems.filter((problem) => !isOfUnsupportedResolution(problem));
    expect(unexpected).toEqual([]);
  });
});

function tarball(name: string): Buffer {
  const content = tarballs.get(name);
  if (!content) throw new Error(`${name} was not packed`);
  return content;
}

function toArrayBuffer({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function isOfUnsupportedResolution(problem: object): boolean {
  return (
    ("resolutionKind" in problem &&
      (problem.resolutionKind === "node10" || problem.resolutionKind === "node16-cjs")) ||
    ("kind" in problem && problem.kind === "CJSResolvesToESM")
  );
}
