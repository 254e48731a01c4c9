import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const task = "executor: { name: nodejs, options: { entry: main.js } }\n";
const version = "/packages/one-1.0.0/1.0.0";

/** What a catalog of a folder with these files has. */
async function inspect(files: Record<string, string>, folders = ["."]) {
  await using data = await makeDataDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(data.path, name)), { recursive: true });
    await writeFile(join(data.path, name), text);
  }
  const directories = folders.map((folder) => join(data.path, folder));
  const { packages, problems } = await createPackageCatalog(directories, pino({ enabled: false })).inspect();
  const blocks = packages.flatMap((one) => one.blocks.map(({ name }) => `${one.name}::${name}`));
  return { blocks, problems };
}

test.each([
  ["dependencies: { a: 1.0, b: 2 }", []],
  ["dependencies: []", ['"dependencies" is left out: it is not an object of versions by name']],
  [
    "dependencies: { a: [1], b: { c: 1 }, d: null, e: 1.2.3 }",
    ['"dependencies.a" is left out: it is not a text', '"dependencies.b" is left out: it is not a text'],
  ],
  ["name: [a]", ['"name" is left out: it is not a text']],
  ["scripts: 5\nfiles: no\nicon: []", []],
])("a field of a package that no block needs costs itself alone: %s", async (fields, told) => {
  const text = `version: 1.0.0\n${fields}\n`;
  expect(await inspect({ "one/package.oo.yaml": text, "one/tasks/a/task.oo.yaml": task })).toEqual({
    blocks: ["one::a"],
    problems: told.map((one) => ({ path: version, message: `In package.oo.yaml, ${one}.` })),
  });
});
