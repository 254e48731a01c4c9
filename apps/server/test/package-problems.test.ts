import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { packageDataOf } from "../src/packages/package-data.ts";
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
  ["[".repeat(2 ** 20), ["Not all of its words can be used: it is nested more than 100 levels deep."]],
  [
    `{ "greet": "${"x".repeat(2 ** 20)}" }`,
    [expect.stringMatching(/it has \d+ bytes, and may have 1048576/)],
  ],
])("words that cannot be used are told with their file (row %#)", async (text, told) => {
  const { problems } = await inspect({
    ...manifest,
    "one/tasks/a/task.oo.yaml": `title: "%greet%"\n${task}`,
    "one/oo-locales/en.json": text,
    "one/oo-locales/zh-CN.json": '{ "greet": "问候" }',
  });
  expect(problems).toEqual(told.map((message) => ({ path: `${version}/oo-locales/en.json`, message })));
});

test.each(["../../victim", ".", "..", "a/b", "@scope", "@scope/../b", "a\\\\b", "a\\u0000b", "@/b", ""])(
  "a package whose name is none of a folder is left out: %j",
  async (name) => {
    const { blocks, problems } = await inspect({
      "one/package.oo.yaml": `name: "${name}"\nversion: 1.0.0\n`,
      "one/tasks/a/task.oo.yaml": task,
      "two/package.oo.yaml": 'name: "@scope/b.c"\nversion: 1.0.0\n',
      "two/tasks/a/task.oo.yaml": task,
    });
    expect(blocks).toEqual(["@scope/b.c::a"]);
    expect(problems).toEqual([
      {
        path: expect.any(String),
        message: expect.stringMatching(/the name ".*" is none that a folder may have/),
      },
    ]);
  },
);

test("no name leads out of the folder for the data of packages", () => {
  expect(packageDataOf("/data", "@scope/one")).toBe("/data/package-data/@scope/one");
  expect(() => packageDataOf("/data", "../one")).toThrow('The package name "../one" is no name of a folder.');
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

const deep = `${"{ items: ".repeat(3_000)}true${" }".repeat(3_000)}`;

test.each([
  [
    "inputs_def: [{ handle: x, nullable: 'yes' }]",
    "inputs_def.0.nullable: Invalid input: expected boolean, received string",
  ],
  [
    "inputs_def: [{ handle: x }, { handle: 5 }]",
    "inputs_def.1.handle: Invalid input: expected string, received number",
  ],
  ["outputs_def: [x]", "outputs_def.0: Invalid input: expected object, received string"],
  [
    `title: a\ninputs_def:\n  - handle: x\n    json_schema: ${deep}`,
    "inputs_def: nested too deeply to be read",
  ],
  [deep, "the document: nested too deeply to be read"],
])("the reason names the field (row %#)", async (fields, reason) => {
  const block = fields.startsWith("{") ? fields : `${task}${fields}\n`;
  const { problems } = await inspect({ ...manifest, "one/tasks/a/task.oo.yaml": block });
  expect(problems).toEqual([
    { path: `${version}/tasks/a`, message: `task.oo.yaml cannot be used: ${reason}.` },
  ]);
});

const many = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join("");
const tooManyParts = "it has more than 150000 parts: values, signs, comments and ends of lines";
const tooManyValues = "it has more than 75000 values, with each alias as what it stands for";

test.each([
  [many(70_000, (index) => `k${index}: 1\n`), tooManyParts],
  [many(40_000, (index) => `- &a${index} x\n- *a${index}\n`), tooManyParts],
  [many(5, (index) => `k${index}: &a${index + 1} [${`*a${index}, `.repeat(index && 40)}]\n`), tooManyValues],
  ["a: &a [*a]\n", "The alias *a is part of what it stands for at line 1, column 8"],
  ["a: *b\n", "Unresolved alias (the anchor must be set before the alias): b at line 1, column 4"],
  ["a: 1\nb: 2\na: 3\n", "Map keys must be unique at line 3, column 1"],
  [`a:\n  b: ${"[".repeat(601)}${"]".repeat(601)}\n`, "a: nested too deeply to be read"],
])("a manifest that is no YAML or too much of it is told with the reason (row %#)", async (text, reason) => {
  for (const [folder, file] of [
    ["tasks/a", "task.oo.yaml"],
    ["flows/a", "flow.oo.yaml"],
  ]) {
    const { problems } = await inspect({ ...manifest, [`one/${folder}/${file}`]: text });
    expect(problems).toEqual([
      { path: `${version}/${folder}`, message: `${file} cannot be used: ${reason}.` },
    ]);
  }
  const { problems } = await inspect({ "one/package.oo.yaml": text });
  expect(problems[0]?.message).toBe(`The manifest of the package cannot be used: ${reason}.`);
});

test("a manifest of thousands of fields and aliases is read", async () => {
  const fields = many(12_000, (index) => `k${index}: ${index % 2 ? `*a${index - 1}` : `&a${index} x`}\n`);
  const { blocks, problems } = await inspect({ ...manifest, "one/tasks/a/task.oo.yaml": `${task}${fields}` });
  expect([blocks, problems]).toEqual([["one::a"], []]);
});

test("the reason names the field of a node of a flow that may have several forms", async () => {
  const { problems } = await inspect({
    ...manifest,
    "one/flows/f/flow.oo.yaml": "nodes: [{ node_id: a, task: { inputs_def: [{ handle: 1 }] } }]\n",
  });
  expect(problems[0]?.message).toContain("nodes.0.task.inputs_def.0.handle: Invalid input: expected string");
});

test("folders that hold one version are told by their names, as long as they must be", async () => {
  const text = "name: one\nversion: 1.0.0\n";
  const files = { "p/a/package.oo.yaml": text, "p/b/package.oo.yaml": text, "q/a/package.oo.yaml": text };
  const { problems } = await inspect(files, ["p", "q", "p"]);
  const told = (names: string) => `The folders ${names} hold this version; the second one is left out.`;
  expect(problems).toEqual([
    { path: version, message: told('"a" and "b"') },
    { path: version, message: told('"p/a" and "q/a"') },
  ]);
});
