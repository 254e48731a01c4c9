import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageFiles, toolVersions } from "../src/new/block-files.ts";
import { cliFile, runProgram } from "./helpers/run-program.ts";

const here = dirname(fileURLToPath(import.meta.url));
const typescript = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let directory: string;

beforeAll(async () => {
  // Inside the workspace, where what the new package needs is installed.
  directory = await mkdtemp(join(here, "new-block-"));
});

afterAll(() => rm(directory, { recursive: true }));

test("a new block comes with a test that passes", async () => {
  const made = await runProgram(cliFile, ["new", "block", "shout", "--dir", directory]);
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("npm install && npm test") });
  // In a clone, npx finds no such command.
  expect(made.stderr).toContain(`${cliFile} dev . --run shout::shout`);
  expect(made.stdout.trim().split("\n")).toHaveLength(7);
  expect(await testPackage("shout")).toContain("1 passed");
  expect(await runProgram(typescript, ["-p", join(directory, "shout")])).toMatchObject({
    code: 0,
    stdout: "",
  });
});

test("another block of the same package is added to it, from any of its folders", async () => {
  const folder = join(directory, "shout/tasks/shout");
  const made = await runProgram(cliFile, ["new", "block", "whisper", "--dir", folder, "--json"]);
  const home = join(directory, "shout");
  const files = ["tasks/whisper/task.oo.yaml", "tasks/whisper/main.ts", "test/whisper.test.ts"];
  expect(JSON.parse(made.stdout)).toEqual({
    name: "whisper",
    blockId: "shout::whisper",
    directory: home,
    files: files.map((file) => join(home, file)),
  });
  expect(made.stderr).not.toContain("npm install");
  expect(await testPackage("shout")).toContain("2 passed");
});

test("a package whose manifest cannot be read gets no block", async () => {
  const broken = join(directory, "broken");
  await mkdir(broken);
  await writeFile(join(broken, "package.oo.yaml"), "name: [");
  const made = await runProgram(cliFile, ["new", "block", "whisper", "--dir", broken]);
  expect(made).toMatchObject({ code: 2, stderr: expect.stringContaining(join(broken, "package.oo.yaml")) });
  expect(await readdir(broken)).toEqual(["package.oo.yaml"]);
});

test("a new package is for the tools that it was tried with", () => {
  const { devDependencies } = JSON.parse(packageFiles("shout", "1.0.0")["package.json"] ?? "");
  for (const name of Object.keys(toolVersions)) {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`);
    expect(devDependencies[name]).toBe(`^${version}`);
  }
});

test("what is there already is not touched", async () => {
  const file = join(directory, "shout/package.oo.yaml");
  const before = await readFile(file, "utf8");
  await rm(join(directory, "shout/tsconfig.json"));
  const again = await runProgram(cliFile, ["new", "block", "shout", "--dir", directory]);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("already exists") });
  expect(await readFile(file, "utf8")).toBe(before);
  expect(await readdir(join(directory, "shout"))).not.toContain("tsconfig.json");
});

test.each(["Shout", "../shout", "a b", ""])("%j is no name for a block", async (name) => {
  expect(await runProgram(cliFile, ["new", "block", name, "--dir", directory])).toMatchObject({ code: 2 });
});

/** What vitest says of the tests of a package. */
async function testPackage(name: string): Promise<string> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const flags = ["run", "--root", join(directory, name), "--config", join(here, "../vitest.config.ts")];
  return (await runProgram(vitest, flags)).stdout;
}
