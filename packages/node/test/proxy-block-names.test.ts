import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { type StartedConnectServer, startConnectServer } from "@oomol/test-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConnectProxyOptions } from "../src/proxy/index.ts";
import { openProxy } from "./helpers/open-proxy.ts";

const task = "executor: { name: nodejs, options: { entry: main.js } }\n";
const files = {
  "n/package.oo.yaml": "name: n\nversion: 1.0.0\n",
  "n/tasks/fs/task.oo.yaml": task,
  "n/tasks/fs/main.js": "export default () => ({});\n",
  "n/flows/fs/flow.oo.yaml": "nodes: []\n",
  "s/package.oo.yaml": "name: s\nversion: 1.0.0\n",
  "s/tasks/any/task.oo.yaml": task,
  "s/tasks/any/main.js": "export default () => ({});\n",
  // Two versions, of which one alone has a task of the flow's name.
  "v-1/package.oo.yaml": "name: v\nversion: 1.0.0\n",
  "v-1/tasks/fs/task.oo.yaml": task,
  "v-1/flows/fs/flow.oo.yaml": "nodes: []\n",
  "v-2/package.oo.yaml": "name: v\nversion: 2.0.0\n",
  "v-2/flows/fs/flow.oo.yaml": "nodes: []\n",
};

const resources = new AsyncDisposableStack();
let server: StartedConnectServer;

beforeAll(async () => {
  const folder = resources.use(await createTemporaryFolder());
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(folder.file(name)), { recursive: true });
    await writeFile(folder.file(name), text);
  }
  const flags = ["--log-level", "silent"];
  server = resources.use(await startConnectServer({ packages: [folder.path], flags }));
});
afterAll(() => resources.disposeAsync());

const statusOf = async (baseUrl: string, manifest: string) => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ manifest, inputValues: [] });
  const form = new FormData();
  form.set("manifest", manifest);
  const statuses = [];
  for (const init of [{ headers, body }, { body: form }]) {
    const response = await fetch(`${baseUrl}/v1/tasks`, { method: "POST", ...init });
    await response.body?.cancel();
    statuses.push(response.status);
  }
  return statuses;
};

type Allow = ConnectProxyOptions["allowBlocks"];

test.each<[allow: Allow, listed: string[], ran: string[]]>([
  [["n::*"], ["n::flows/fs", "n::fs"], ["n::fs", "n::flows/fs"]],
  [["n::flows/fs"], ["n::flows/fs"], ["n::flows/fs"]],
  [["n::fs"], ["n::fs"], ["n::fs"]],
  [(id) => id !== "n::fs" && id.startsWith("n:"), ["n::flows/fs"], ["n::flows/fs"]],
  [(id) => id !== "n::flows/fs" && id.startsWith("n:"), ["n::fs"], ["n::fs"]],
  [["s::*"], ["s::any"], ["s::any"]],
  [["s::any"], ["s::any"], ["s::any"]],
  [["s::tasks/any"], [], []],
  [(id) => id !== "s::any" && id.startsWith("s:"), [], []],
  [(id) => id === "s::tasks/any", [], []],
  [["v::flows/fs"], ["v::flows/fs"], []],
])("a proxy for %s lists and runs each block by its listed id alone (row %#)", async (allow, listed, ran) => {
  await using proxy = await openProxy({ baseUrl: server.url, allowBlocks: allow });
  const { blocks } = await proxy.client.blocks.list();
  expect(blocks.map(({ blockId }) => blockId).sort()).toEqual(listed);
  const names = ["fs", "tasks/fs", "flows/fs", "subflows/fs", "blocks/fs"];
  const ids = [
    ...["n", "v"].flatMap((owner) => names.map((name) => `${owner}::${name}`)),
    ...["any", "tasks/any", "flows/any"].map((name) => `s::${name}`),
  ];
  for (const id of ids) {
    const expected = ran.includes(id) ? 200 : 403;
    expect([id, await statusOf(proxy.baseUrl, id)]).toEqual([id, [expected, expected]]);
  }
});

test("what is no id stays refused, whatever its kind is", async () => {
  await using proxy = await openProxy({ baseUrl: server.url });
  for (const id of [
    "n::flows/..",
    "n::flows/",
    "n::flows/fs/fs",
    "n::evil/fs",
    "n::flows\\fs",
    "n::Flows/fs",
  ])
    expect([id, await statusOf(proxy.baseUrl, id)]).toEqual([id, [400, 400]]);
  for (const pattern of ["n::flows/*", "n::flows/..", "n::evil/fs"])
    await expect(openProxy({ baseUrl: server.url, allowBlocks: [pattern] }), pattern).rejects.toThrow(
      /allowBlocks\[0\]/,
    );
});
