import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import { findOrInstall } from "@oomol/test-helpers/find-or-install";
import { MissingProgram } from "@oomol/test-helpers/missing-program";
import { expect, test, vi } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

const program = {
  names: ["initdb"],
  wellKnown: [],
  debianPackage: "postgresql",
  advice: "These tests need PostgreSQL: install it.",
};

test("a program that is nowhere on the PATH, and may not be installed, is missing", async () => {
  await using folder = await createTemporaryFolder();
  vi.stubEnv("PATH", folder.path);
  vi.spyOn(process, "getuid").mockReturnValue(1000);
  expect(() => findOrInstall(program)).toThrow(new MissingProgram(program.advice));
  await writeFile(folder.file("initdb"), "");
  expect(findOrInstall(program)).toBe(folder.file("initdb"));
  vi.unstubAllEnvs();
});

test("packages from PyPI are missing without a python3", async () => {
  await using folder = await createTemporaryFolder();
  vi.stubEnv("PATH", folder.path);
  const fetch = () => fetchPythonPackages(["no-such-package==0.0.0"], "These tests need a python3 with pip.");
  expect(fetch).toThrow(new MissingProgram("These tests need a python3 with pip."));
  vi.unstubAllEnvs();
});

const tests = `
import { MissingProgram } from "@oomol/test-helpers/missing-program";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

test("passes", () => undefined);
test("misses a program", () => { throw new MissingProgram("needs Chromium"); });
describe("one of whose hooks misses a program", () => {
  let opened;
  beforeAll(() => { throw new MissingProgram("needs PostgreSQL"); });
  afterAll(() => opened.close());
  test("first", () => undefined);
  describe("deeper", () => { test("second", () => undefined); });
});
`;

const failing = `${tests}\ntest("fails", () => expect(1).toBe(2));`;

test.for([
  ["are skipped with the reason", tests, "", 0, { passed: 1, failed: 0, skipped: 3 }, []],
  [
    "fail on CI",
    tests,
    "true",
    1,
    { passed: 1, failed: 2, skipped: 2 },
    [
      ["misses a program", "needs Chromium"],
      ["one of whose hooks misses a program", "needs PostgreSQL"],
    ],
  ],
  [
    "hide no failure",
    failing,
    "",
    1,
    { passed: 1, failed: 1, skipped: 3 },
    [["fails", expect.stringMatching(/^expected 1 to be 2/)]],
  ],
] as const)("tests without their program %s", async ([, text, CI, code, counts, failures]) => {
  // In this package, where what they import is found.
  await using folder = await createTemporaryFolder(here("."));
  await mkdir(folder.file("test"));
  await writeFile(folder.file("test/some.test.ts"), text);
  const flags = ["run", "--root", folder.path, "--config", here("../vitest.config.ts")];
  const ended = new Promise<number>((resolve) => {
    const child = execFile(process.execPath, [vitest, ...flags], { env: { ...process.env, CI } });
    child.once("exit", (status) => resolve(status ?? -1));
  });
  expect(await ended).toBe(code);
  const report = JSON.parse(await readFile(folder.file(".turbo/test-report.json"), "utf8"));
  expect(report).toMatchObject(counts);
  expect(report.failures).toEqual(
    failures.map(([name, message]) => ({ name: `test/some.test.ts > ${name}`, message })),
  );
  if (CI === "") expect(report.reasons).toEqual({ "needs Chromium": 1, "needs PostgreSQL": 2 });
  expect(report.missesProgram).toBe(CI === "");
});
