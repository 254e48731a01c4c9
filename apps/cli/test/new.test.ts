import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, runProgram } from "./helpers/run-program.ts";

const here = dirname(fileURLToPath(import.meta.url));
let directory: string;

beforeAll(async () => {
  // Inside the workspace, where what the new package needs is installed.
  directory = await mkdtemp(join(here, "new-block-"));
});

afterAll(() => rm(directory, { recursive: true }));

test("a new block comes with a test that passes", async () => {
  const made = await runProgram(cliFile, ["new", "block", "shout", "--dir", directory]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout.trim().split("\n")).toHaveLength(5);
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const flags = ["run", "--root", join(directory, "shout"), "--config", join(here, "../vitest.config.ts")];
  const tested = await runProgram(vitest, flags);
  expect(tested.stdout).toContain("1 passed");
});

test("what is there already is not touched", async () => {
  const file = join(directory, "shout/package.oo.yaml");
  const before = await readFile(file, "utf8");
  const again = await runProgram(cliFile, ["new", "block", "shout", "--dir", directory]);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("already exists") });
  expect(await readFile(file, "utf8")).toBe(before);
});

test.each(["Shout", "../shout", "a b", ""])("%j is no name for a block", async (name) => {
  expect(await runProgram(cliFile, ["new", "block", name, "--dir", directory])).toMatchObject({ code: 2 });
});
