import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { makeDataDirectory } from "./open-test-server.ts";

const task = "executor: { name: nodejs, options: { entry: main.js } }\n";
const manifest = { "one/package.oo.yaml": "name: one\nversion: 1.0.0\n" };
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
  return { packages, blocks, problems };
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
  expect(await inspect({ "one/package.oo.yaml": text, "one/tasks/a/task.oo.yaml": task })).toMatchObject({
    blocks: ["one::a"],
    problems: told.map((one) => ({ path: version, message: `In package.oo.yaml, ${one}.` })),
  });
});

test.each([
  ['{ "greet": "Hi" ', ["Not all of its words can be used: it is not JSON."]],
  ['["greet"]', ["Not all of its words can be used: it must be an object of texts."]],
  [
    '{ "greet": "Hi", "n": 1, "o": { "p": "q" } }',
    ['Not all of its words can be used: "n" and "o" must be text.'],
  ],
  [
    `{ "greet": "${"x".repeat(2 ** 20)}" }`,
    [expect.stringMatching(/it has \d+ bytes, and may have 1048576/)],
  ],
])("words that cannot be used are told with their file: %.40s", async (text, told) => {
  const { problems } = await inspect({
    ...manifest,
    "one/tasks/a/task.oo.yaml": `title: "%greet%"\n${task}`,
    "one/oo-locales/en.json": text,
    "one/oo-locales/zh-CN.json": '{ "greet": "问候" }',
  });
  expect(problems).toEqual(told.map((message) => ({ path: `${version}/oo-locales/en.json`, message })));
});

test("a byte order mark is no part of the words", async () => {
  const { packages, problems } = await inspect({
    ...manifest,
    "one/oo-locales/en.json": '\uFEFF{ "greet": "Hi" }',
  });
  expect([packages[0]?.words, problems]).toEqual([{ en: { greet: "Hi" } }, []]);
});

test("a word that no language has is told with its block", async () => {
  const handles = `[{ handle: x, description: "%x%", value: "%y%", json_schema: { title: "%t%", pattern: "%p%" } }]`;
  const { problems } = await inspect({
    ...manifest,
    "one/tasks/a/task.oo.yaml": `title: "%greet%"\n${task}inputs_def: ${handles}\n`,
    "one/flows/f/flow.oo.yaml": `description: "%late%"\nnodes: []\n`,
    "one/oo-locales/en.json": '{ "greet": "Hi" }',
    "one/oo-locales/de.json": '{ "x": "X" }',
  });
  const message = (key: string) => `"%${key}%" is shown as it is: no language in oo-locales has "${key}".`;
  expect(problems).toEqual([
    { path: `${version}/tasks/a`, message: message("t") },
    { path: `${version}/flows/f`, message: message("late") },
  ]);
});
