import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createPackageCatalog } from "../src/packages/package-catalog.ts";
import { idOf, makeDataDirectory, openTestServer, refusalOf } from "./open-test-server.ts";

const task = "executor: { name: nodejs, options: { entry: main.js } }\n";
const shell = "executor: { name: shell }\n";

/** A folder with these files, and a server of the packages in it. */
async function openWith(files: Record<string, string>) {
  const data = await makeDataDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(data.path, name)), { recursive: true });
    await writeFile(join(data.path, name), text);
  }
  const server = await openTestServer({ packages: [data.path] });
  return Object.assign(server, {
    folder: data.path,
    namesOf: async (headers: Record<string, string> = {}) => {
      const { blocks } = await server.getJson<{ blocks: Listed[] }>("/v1/blocks", { headers });
      return blocks;
    },
    problems: async () => (await server.getJson<{ problems: object[] }>("/packages")).problems,
    async [Symbol.asyncDispose]() {
      await server.close();
      await data[Symbol.asyncDispose]();
    },
  });
}

interface Listed {
  name: string;
  path: string;
  title?: string;
}

const manifest = { "one/package.oo.yaml": "name: one\nversion: 1.0.0\n" };

test.each([
  ["zh-CN,zh;q=0.9,en;q=0.8", "问候"],
  ["zh", "问候"],
  ["fr, en;q=0.5", "Greet"],
  ["*", "Greet"],
  ["", "Greet"],
])("titles are told in the caller's language: %j", async (language, title) => {
  await using server = await openWith({
    ...manifest,
    "one/tasks/a/task.oo.yaml": `title: "%greet%"\n${task}inputs_def: [{ handle: x, description: "%greet%", value: "%greet%" }]\n`,
    "one/oo-locales/en.json": '{ "greet": "Greet" }',
    "one/oo-locales/zh-CN.json": '{ "greet": "问候" }',
    "one/oo-locales/de.json": "no JSON",
  });
  expect(await server.namesOf({ "Accept-Language": language })).toMatchObject([
    { title, inputs: [{ handle: "x", description: title, value: "%greet%" }] },
  ]);
});

test("a manifest that cannot be used costs its block alone, and everybody learns why", async () => {
  await using server = await openWith({
    ...manifest,
    "one/tasks/good/task.oo.yaml": `title: 2024\n${task}inputs_def: [{ handle: x, json_schema: true }]\n`,
    "one/tasks/broken/task.oo.yaml": "inputs_def: 3\n",
    "one/flows/torn/flow.oo.yaml": "nodes: [",
    "one/tasks/odd/task.oo.yaml": `${task}inputs_def: [{ handle: x, json_schema: { type: strin } }]\n`,
    "two/package.oo.yaml": "name: [",
  });
  expect((await server.namesOf()).map(({ name, title }) => [name, title])).toEqual([
    ["good", "2024"],
    ["odd", undefined],
  ]);
  expect(await server.problems()).toEqual(
    expect.arrayContaining([
      { path: "/packages/one-1.0.0/1.0.0/tasks/broken", message: expect.stringContaining("executor") },
      {
        path: "/packages/one-1.0.0/1.0.0/flows/torn",
        message: expect.stringContaining("flow.oo.yaml cannot be used"),
      },
      { path: "/packages/one-1.0.0/1.0.0/tasks/odd", message: expect.stringContaining('"x" is not checked') },
      { path: "/packages/two", message: expect.stringContaining("cannot be used") },
    ]),
  );
  expect(JSON.stringify(await server.problems())).not.toContain(server.folder);
  expect(await refusalOf(await server.create("one::broken", {}))).toEqual({
    status: 404,
    message: expect.stringContaining('The block "broken" of the package "one" cannot run: task.oo.yaml'),
  });
  expect(await refusalOf(await server.create("two::any", {}))).toEqual({
    status: 404,
    message: expect.stringContaining('The package "two" cannot be used'),
  });
});

test("a number of a manifest that a double cannot hold counts as text, and is told of", async () => {
  await using server = await openWith({
    "one/package.oo.yaml": "name: one\nversion: 1.10\n",
    "one/tasks/a/task.oo.yaml": `${task}inputs_def:
  - { handle: id, value: 9007199254740993 }
  - { handle: hex, value: [0xffffffffffffffff, 9007199254740992, 1.5] }
  - { handle: far, value: { x: 1e400, y: -.inf, 9007199254740993: 1 } }
  - { handle: level, value: 7, json_schema: { type: integer, maximum: 9223372036854775807 } }
outputs_def: [{ handle: out }]
`,
    "one/tasks/a/main.js": "export default (inputs) => ({ out: inputs });\n",
    "one/subflows/s/subflow.oo.yaml": "title: 10\ninputs_def: [{ handle: n, value: 12345678901234567891 }]\n",
  });
  const [a, s] = await server.namesOf();
  expect(a).toMatchObject({
    path: "/packages/one-1.10/1.10/tasks/a",
    inputs: [
      { value: "9007199254740993" },
      { value: ["18446744073709551615", 9007199254740992, 1.5] },
      { value: { x: "1e400", y: "-.inf", "9007199254740993": 1 } },
      { value: 7 },
    ],
  });
  expect(s).toMatchObject({ title: "10", inputs: [{ value: "12345678901234567891" }] });
  const told = (shown: string, handle: string, change: string) =>
    `In task.oo.yaml, the number ${shown} of "${handle}", which readers of JSON change${change}, counts as text; write it in quotes.`;
  const path = "/packages/one-1.10/1.10/tasks/a";
  expect(await server.problems()).toEqual([
    { path, message: told("9007199254740993", "id", " to 9007199254740992") },
    { path, message: told("18446744073709551615", "hex", " to 18446744073709552000") },
    { path, message: told("1e400", "far", "") },
    { path, message: told("-.inf", "far", "") },
    {
      path: "/packages/one-1.10/1.10/subflows/s",
      message: expect.stringContaining('12345678901234567891 of "n"'),
    },
  ]);
  const id = await idOf(await server.create("one::a", {}));
  await server.waitForEnd(id);
  expect((await server.finish(id)).result).toMatchObject({ out: { id: "9007199254740993", level: 7 } });
});

test("a task comes before a subflow and a flow of its name, which are told apart by their kind", async () => {
  await using server = await openWith({
    ...manifest,
    "one/tasks/x/task.oo.yaml": task,
    "one/subflows/x/subflow.oo.yaml": "nodes: []",
    "one/flows/x/flow.oo.yaml": "nodes: []",
    "one/subflows/y/subflow.oo.yaml": "nodes: []",
    "one/flows/y/flow.oo.yaml": "nodes: []",
  });
  const paths = Object.fromEntries((await server.namesOf()).map(({ name, path }) => [name, path]));
  expect(paths).toEqual({
    x: "/packages/one-1.0.0/1.0.0/tasks/x",
    "subflows/x": "/packages/one-1.0.0/1.0.0/subflows/x",
    "flows/x": "/packages/one-1.0.0/1.0.0/flows/x",
    y: "/packages/one-1.0.0/1.0.0/subflows/y",
    "flows/y": "/packages/one-1.0.0/1.0.0/flows/y",
  });
  expect(await server.problems()).toContainEqual({
    path: "/packages/one-1.0.0/1.0.0/flows/x",
    message: "one::x is tasks/x; run this one as one::flows/x.",
  });
  expect((await server.create("one::flows/x", {})).status).toBe(200);
});

test("a subflow with slots is not offered, and refused with the reason", async () => {
  await using server = await openWith({
    ...manifest,
    "one/subflows/s/subflow.oo.yaml": "nodes: [{ node_id: a, slot: {} }]",
  });
  expect(await server.namesOf()).toEqual([]);
  expect(await refusalOf(await server.create("one::s", {}))).toEqual({
    status: 400,
    message: "one::s has slots, which only a flow that uses it can fill, so it cannot run alone.",
  });
});

test("a flow is not offered, and refused, if slots that it uses at any depth are not filled", async () => {
  const uses = (more: string) => `nodes: [{ node_id: n, subflow: "self::s"${more} }]`;
  await using server = await openWith({
    ...manifest,
    "one/subflows/s/subflow.oo.yaml": "nodes: [{ node_id: a, slot: {} }, { node_id: b, slot: {} }]",
    "one/subflows/direct/subflow.oo.yaml": uses(""),
    "one/flows/half/flow.oo.yaml": uses(", slots: [{ slot_node_id: a, task: 'self::t' }]"),
    "one/flows/deep/flow.oo.yaml": 'nodes: [{ node_id: n, subflow: "self::direct" }]',
    "one/flows/within/flow.oo.yaml": uses(
      ", slots: [{ slot_node_id: a, subflow: 'self::s' }, { slot_node_id: b, task: 'self::t' }]",
    ),
    "one/flows/whole/flow.oo.yaml": uses(
      ", slots: [{ slot_node_id: a, task: 'self::t' }, { slot_node_id: b, task: 'self::t' }]",
    ),
    "one/subflows/ring/subflow.oo.yaml": 'nodes: [{ node_id: n, subflow: "self::ring" }]',
    "two/package.oo.yaml": "name: two\nversion: 1.0.0\ndependencies: { one: 1.0.0 }\n",
    "two/flows/other/flow.oo.yaml": 'nodes: [{ node_id: n, subflow: "one::s" }]',
  });
  expect((await server.namesOf()).map(({ name }) => name)).toEqual(["ring", "whole"]);
  for (const id of ["one::direct", "one::half", "one::deep", "one::within", "two::other"]) {
    expect([id, await refusalOf(await server.create(id, {}))]).toEqual([
      id,
      { status: 400, message: `${id} cannot run: it uses one::s, whose slots are not all filled.` },
    ]);
  }
  expect((await server.create("one::whole", {})).status).toBe(200);
});

test("an old workspace is a package under the name of its folder", async () => {
  await using server = await openWith({
    "old/workspace.oo.yaml": "name: some old flows\n",
    "old/blocks/a/block.oo.yaml": task,
  });
  expect(await server.namesOf()).toMatchObject([{ name: "a", path: "/packages/old-0.0.0/0.0.0/blocks/a" }]);
});

test("half of a surrogate pair in an input of a flow is refused by its name, which the engine would make null", async () => {
  await using server = await openWith({
    ...manifest,
    "one/flows/f/flow.oo.yaml": "inputs_def: [{ handle: x }]\nnodes: []\n",
    "one/tasks/t/task.oo.yaml": `${task}inputs_def: [{ handle: x }]\n`,
  });
  for (const x of ["a\ud83d", { "\udc00": 1 }, [["\udfff"]]]) {
    const refused = await server.create("one::f", { x });
    expect([refused.status, ((await refused.json()) as { message: string }).message]).toEqual([
      400,
      expect.stringContaining('The input "x" of one::f holds text that is not well-formed Unicode'),
    ]);
  }
  expect((await server.create("one::f", { x: "\\ud83d 😀" })).status).toBe(200);
  // A block of ours can have it.
  expect((await server.create("one::t", { x: "a\ud83d" })).status).toBe(200);
});

test("folders without packages are told", async () => {
  await using data = await makeDataDirectory();
  const missing = join(data.path, "missing");
  const catalog = createPackageCatalog(
    [data.path, missing],
    pino({ enabled: false }),
    join(data.path, "none"),
  );
  expect((await catalog.inspect()).problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("No package is here"),
    expect.stringContaining("There is no such folder"),
  ]);
});

test("a shell task runs its command, with its lines as logs", async () => {
  const outputs = "outputs_def: [{ handle: stdout }]\n";
  await using server = await openWith({
    ...manifest,
    "one/tasks/sh/task.oo.yaml": `${shell}inputs_def: [{ handle: command }, { handle: envs, nullable: true }]\n${outputs}`,
  });
  const run = async (inputs: Record<string, unknown>) => {
    const { task } = (await (await server.create("one::sh", inputs)).json()) as { task: { id: string } };
    const { status } = await server.waitForEnd(task.id);
    return { status, logs: await server.logs(task.id) };
  };
  const good = await run({ command: 'echo "$A"; echo two; echo bad >&2', envs: "A=b=c" });
  expect(good.status).toBe("completed");
  expect(good.logs.find(({ type }) => type === "BlockFinished")?.event).toMatchObject({
    result: { stdout: "b=c\ntwo" },
  });
  const bad = await run({ command: "exit 3" });
  expect(bad.status).toBe("failed");
  expect(JSON.stringify(bad.logs)).toContain("The command ended with code 3.");
});
