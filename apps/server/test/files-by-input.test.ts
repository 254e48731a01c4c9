import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OomolConnectClient } from "@oomol/connect-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDataDirectory, openTestServer, refusalOf, type TestServer } from "./open-test-server.ts";

const file = '{ type: string, "ui:widget": file }';
const packages = {
  "one/package.oo.yaml": "name: one\nversion: 1.0.0\n",
  "one/tasks/book/task.oo.yaml": `executor: { name: nodejs, options: { entry: main.js } }
inputs_def:
  - { handle: cover, value: null, nullable: true, json_schema: ${file} }
  - { handle: back, value: null, nullable: true, json_schema: ${file} }
  - { handle: pages, value: [], json_schema: { type: array, items: ${file} } }
  - { handle: extra, value: [], json_schema: { type: array, items: ${file} } }
  - { handle: title, value: "" }
outputs_def: [{ handle: given }]
`,
  "one/tasks/book/main.js": "export default (given) => ({ given });\n",
  "one/tasks/either/task.oo.yaml": `executor: { name: nodejs, options: { entry: main.js } }
inputs_def:
  - { handle: face, json_schema: { anyOf: [${file}, { type: "null" }] } }
  - { handle: others, value: null, nullable: true, json_schema: { anyOf: [{ type: array, items: ${file} }, { type: "null" }] } }
  - { handle: named, value: null, nullable: true, json_schema: { $ref: "#/$defs/f", $defs: { f: ${file} } } }
outputs_def: [{ handle: given }]
`,
  "one/tasks/either/main.js": "export default (given) => ({ given });\n",
  "one/flows/f/flow.oo.yaml": `nodes:
  - node_id: a
    inputs_from: [{ handle: cover, value: null }]
    task: { ui: { default_name: x }, executor: { name: nodejs, options: { entry: main.js } }, inputs_def: [{ handle: cover, nullable: true, json_schema: ${file} }] }
`,
};

let folder: Awaited<ReturnType<typeof makeDataDirectory>>;
let server: TestServer;

beforeAll(async () => {
  folder = await makeDataDirectory();
  for (const [name, text] of Object.entries(packages)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  server = await openTestServer({ packages: [folder.path] });
});

afterAll(async () => {
  await server.close();
  await folder[Symbol.asyncDispose]();
});

const named = (name: string) => new File([name], name);

function post(
  fileInputs: unknown,
  names: readonly string[],
  { manifest = "one::book", inputs = {}, headers = {}, to = server } = {},
): Promise<Response> {
  const form = new FormData();
  form.set("manifest", manifest);
  const values = Object.entries(inputs).map(([handle, value]) => ({ handle, value }));
  form.set("inputValues", JSON.stringify([{ nodeId: "_", inputs: values }]));
  form.set("fileInputs", typeof fileInputs === "string" ? fileInputs : JSON.stringify(fileInputs));
  for (const name of names) form.append("files", named(name));
  return to.request("/v1/tasks", { method: "POST", body: form, headers });
}

const own = (...handles: string[]) => handles.map((handle) => ({ nodeId: "_", handle }));

async function givenTo(response: Response, of = server) {
  const { task } = (await response.json()) as { task: { id: string } };
  await of.waitForEnd(task.id);
  const { result } = (await of.finish(task.id)) as {
    result: { given: Record<string, string | string[] | null> };
  };
  const short = (value: string | string[] | null) =>
    Array.isArray(value) ? value.map((path) => basename(path)) : value && basename(value);
  return Object.fromEntries(Object.entries(result.given).map(([handle, value]) => [handle, short(value)]));
}

test("an input takes files if they are one of two forms, or what a reference leads to", async () => {
  const to = { manifest: "one::either" };
  const names = ["f", "n", "1", "2"];
  const given = await givenTo(await post(own("face", "named", "others", "others"), names, to));
  expect(given).toEqual({ face: "f", named: "n", others: ["1", "2"] });
  const without = { ...to, inputs: { face: null } };
  expect(await givenTo(await post([], [], without))).toEqual({ face: null, named: null, others: null });
});

test("each file reaches the input that it is for, and no other gets one", async () => {
  expect(await givenTo(await post(own("extra", "back", "extra"), ["1", "b", "2"]))).toEqual({
    cover: null,
    back: "b",
    pages: [],
    extra: ["1", "2"],
    title: "",
  });
  await using client = new OomolConnectClient({ baseUrl: server.url });
  const files = { pages: [named("p1"), named("p2")], extra: [named("e")] };
  const { result } = await client.tasks.run({ blockId: "one::book", inputValues: { title: "T" }, files });
  const { given } = result as { given: { cover: unknown; pages: string[]; extra: string[] } };
  expect(given.cover).toBeNull();
  expect([given.pages, given.extra].map((paths) => paths.map((path) => basename(path)))).toEqual([
    ["p1", "p2"],
    ["e"],
  ]);
});

test.each<[why: string, fileInputs: unknown, names: string[], sentence: string]>([
  [
    "more files than inputs",
    own("cover"),
    ["1", "2"],
    'holds 2 files, but its field "fileInputs" names the inputs of 1',
  ],
  [
    "two for one",
    own("cover", "cover"),
    ["1", "2"],
    'The input "cover" of one::book takes one file, but got 2.',
  ],
  [
    "no input for files",
    own("title"),
    ["1"],
    'The input "title" of one::book takes no files; those for files are "cover"',
  ],
  ["another node", [{ nodeId: "x", handle: "cover" }], ["1"], 'there is no node "x"'],
  ["no list", { nodeId: "_", handle: "cover" }, ["1"], "must be a list of { nodeId, handle }"],
  ["no JSON", "[", ["1"], "must be a list of { nodeId, handle }"],
])("is refused: %s", async (_why, fileInputs, names, sentence) => {
  const response = await post(fileInputs, names);
  expect(await refusalOf(response)).toEqual({ status: 400, message: expect.stringContaining(sentence) });
});

test("a value and a file for one input are refused, and so is an unknown node of a flow", async () => {
  const both = await post(own("cover"), ["1"], { inputs: { cover: "/a" } });
  expect((await refusalOf(both)).message).toContain(
    'The input "cover" of one::book got both a value and a file',
  );
  const unknown = await post([{ nodeId: "b", handle: "cover" }], ["1"], { manifest: "one::f" });
  expect((await refusalOf(unknown)).message).toContain('has no node "b"');
  expect((await post([{ nodeId: "a", handle: "cover" }], ["1"], { manifest: "one::f" })).status).toBe(200);
});

test("the same key with files for other inputs is another request", async () => {
  const headers = { "Idempotency-Key": "one-key" };
  const first = await post(own("cover"), ["1"], { headers });
  expect([first.status, (await post(own("cover"), ["1"], { headers })).status]).toEqual([200, 200]);
  expect((await post(own("back"), ["1"], { headers })).status).toBe(422);
});

test("a server without the extension goes by the order, as one of the field does", async () => {
  await using other = await openTestServer({ packages: [folder.path], extensions: ["wait"] });
  const strict = await post(own("extra"), ["1"], {
    to: other,
    inputs: { cover: null, back: null, extra: [] },
  });
  expect(await givenTo(strict, other)).toMatchObject({ pages: ["1"], extra: [] });
});
