import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packPackage } from "./helpers/pack-package.ts";
import { publishedPackages } from "./helpers/published-packages.ts";
import { temporaryDirectory } from "./helpers/temporary-directory.ts";

const directory = temporaryDirectory();
afterAll(() => directory.remove());

/** Each path with what the file says. */
type Files = ReadonlyMap<string, string>;

/** Read by people and registries, or by their own path: no other file names them. */
const rootFiles = ["LICENSE", "README.md", "package.json"];
const named = [
  ...rootFiles,
  "dist/third-party-notices.md",
  "dist/playground/third-party-notices.md",
  "dist/playground/plot-libraries/third-party-notices.md",
  // By its module's name.
  "python/block_imports.py",
];
const kinds =
  /^(bin\/[\w-]+\.js|dist\/[\w.-]+\.(js|d\.ts|md)|python\/\w+\.py|dist\/playground\/.+\.(js|css|html|svg|woff2|md))$/;

describe.each(publishedPackages())("the tarball of $name", ({ name, directory: source }) => {
  const files = unpack(name, source);

  test("has its licence, its readme and its manifest", () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(rootFiles));
    expect(files.get("LICENSE")).toContain("MIT License");
  });

  test("asks for no package of the workspace by a path", () => {
    expect(files.get("package.json")).not.toMatch(/"(workspace|catalog|link|file):|"@oomol\/source":/);
  });

  test("holds nothing but what is built", () => {
    expect(strangersIn(files)).toEqual([]);
  });

  test("holds no file that no other file names", () => {
    expect(unnamedIn(files)).toEqual([]);
  });

  test("names no source map, since it has none", () => {
    const naming = [...files]
      .filter(([, text]) => text.includes("//# sourceMappingURL="))
      .map(([path]) => path);
    expect(naming).toEqual([]);
  });
});

test("control: sources, tests and what compilers leave are strangers", () => {
  const paths = [
    "src/index.ts",
    "test/a.test.ts",
    "dist/index.js.map",
    "tsconfig.tsbuildinfo",
    "dist/index.js",
  ];
  expect(strangersIn(new Map(paths.map((path) => [path, ""])))).toEqual(paths.slice(0, 4));
});

test("control: a forgotten chunk is found", () => {
  const files = new Map([
    ["package.json", '{ "exports": "./dist/index.js" }'],
    ["dist/index.js", 'import "./chunk-A.js";'],
    ["dist/chunk-A.js", ""],
    ["dist/chunk-B.js", "// chunk-B"],
  ]);
  expect(unnamedIn(files)).toEqual(["dist/chunk-B.js"]);
});

function unpack(name: string, source: string): Files {
  const target = join(directory.path, name);
  mkdirSync(target, { recursive: true });
  const tarball = packPackage(source, target);
  execFileSync("tar", ["-xzf", basename(tarball.path)], { cwd: target });
  const entries = readdirSync(join(target, "package"), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const from = join(target, "package").length + 1;
  return new Map(paths.map((path) => [path.slice(from).replaceAll("\\", "/"), readFileSync(path, "utf8")]));
}

function strangersIn(files: Files): string[] {
  return [...files.keys()].filter((path) => !rootFiles.includes(path) && !kinds.test(path));
}

function unnamedIn(files: Files): string[] {
  return [...files.keys()].filter((path) => {
    if (named.includes(path)) return false;
    // Declarations name each other as the modules that they describe; a folder's page is asked for by the folder.
    const [base = ""] = path.endsWith("/index.html")
      ? ["playground"]
      : [basename(path).replace(/\.d\.ts$/, "")];
    return ![...files].some(([other, text]) => other !== path && text.includes(base));
  });
}
