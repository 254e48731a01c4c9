import { mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { openTestServer, type TestServer } from "../open-test-server.ts";
import { installStandIn } from "./install-stand-in.ts";

const echo = {
  "package.oo.yaml": "",
  "tasks/echo/task.oo.yaml": `executor: { name: nodejs }
inputs_def: [{ handle: text }]
outputs_def: [{ handle: text }]
`,
  "tasks/echo/main.ts": "export default ({ text }: { text: string }) => ({ text });\n",
};

const callBlock = `executor: { name: nodejs }
inputs_def: [{ handle: block }]
outputs_def: [{ handle: text }]
`;
const call = `
export default async ({ block }: any, context: any) => {
  const job = context.runBlock(block, { inputs: { text: "asked" } });
  const values = new Promise((resolve) => job.onOutput(resolve));
  await job.finish();
  return values;
};
`;

/** A flow whose one node is \`block`, and one whose node runs it. */
const using = (block: string, more = "") => ({
  "package.oo.yaml": `name: user\nversion: 1.0.0\n${more}`,
  "flows/refers/flow.oo.yaml": `nodes:
  - node_id: only
    task: "${block}"
    inputs_from: [{ handle: text, value: told }]
`,
  "flows/asks/flow.oo.yaml": `nodes:
  - node_id: only
    task: self::call
    inputs_from: [{ handle: block, value: "${block}" }]
`,
  "tasks/call/task.oo.yaml": callBlock,
  "tasks/call/main.ts": call,
});

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function resultOf(server: TestServer, flow: string, inputs = {}) {
  const id = await server.start(flow, inputs);
  const { status } = await server.waitForEnd(id);
  const logs = await server.logs(id);
  const result = logs.findLast(({ type }) => type === "BlockFinished")?.event.result;
  return { status, result, logs };
}

const named = (name: string, version = "1.0.0") => ({
  ...echo,
  "package.oo.yaml": `name: "${name}"\nversion: ${version}\n`,
});

test.each([
  ["in a folder with another name", "checkout", named("mate"), "mate::echo", ""],
  ["in a folder with its version", "mate-1.0.0", named("mate"), "mate::echo", ""],
  [
    "in a plain folder, with a version asked for",
    "mate",
    named("mate"),
    "mate::echo",
    "dependencies: { mate: 1.0.0 }\n",
  ],
  ["without a name of its own", "mate", echo, "mate::echo", ""],
  ["with a scope, in a folder without", "scoped", named("@some/mate"), "@some/mate::echo", ""],
])("a package %s is found by flows, blocks and callers", async (_what, folder, files, block, more) => {
  await using _oocana = await installStandIn();
  await using packages = await createTemporaryFolder();
  await write(packages.file(folder), files);
  await write(packages.file("user"), using(block, more));
  await using server = await openTestServer({ packages: [packages.path] });
  expect(await resultOf(server, "user::refers")).toMatchObject({
    status: "completed",
    result: { text: "told" },
  });
  expect(await resultOf(server, "user::asks")).toMatchObject({
    status: "completed",
    result: { text: "asked" },
  });
  expect(await resultOf(server, block, { text: "x" })).toMatchObject({
    status: "completed",
    result: { text: "x" },
  });
});

test("a package in a folder with a comma is found, also if the data directory has one", async () => {
  await using _oocana = await installStandIn();
  await using folder = await createTemporaryFolder();
  await write(folder.file("a,b/mate"), named("mate"));
  await write(folder.file("a,b/user"), using("mate::echo"));
  await using server = await openTestServer({
    packages: [folder.file("a,b")],
    dataDirectory: folder.file("data,base"),
  });
  expect(await resultOf(server, "user::refers")).toMatchObject({
    status: "completed",
    result: { text: "told" },
  });
});

test("packages behind a link and behind a relative path are found", async () => {
  await using _oocana = await installStandIn();
  await using folder = await createTemporaryFolder();
  await write(folder.file("elsewhere"), named("mate"));
  await write(folder.file("users/user"), using("mate::echo"));
  await mkdir(folder.file("linked"));
  await symlink(folder.file("elsewhere"), folder.file("linked/to-mate"));
  await using server = await openTestServer({
    packages: [folder.file("users"), relative(process.cwd(), folder.file("linked"))],
  });
  const { status, result, logs } = await resultOf(server, "user::asks");
  expect({ status, result }).toEqual({ status: "completed", result: { text: "asked" } });
  expect(JSON.stringify(logs)).not.toContain(basename(folder.path));
});

test("a failure of the engine is told in plain words, without paths of the server", async () => {
  await using _oocana = await installStandIn();
  await using packages = await createTemporaryFolder();
  await write(packages.file("user"), using("nobody::echo"));
  await using server = await openTestServer({ packages: [packages.path] });
  for (const flow of ["user::refers", "user::asks"]) {
    const { status, logs } = await resultOf(server, flow);
    expect(status).toBe("failed");
    const told = JSON.stringify(logs);
    expect(told).toContain("block nobody::echo not found. search paths: /packages");
    expect(told).not.toMatch(/Error \{|source: None/);
    for (const path of [packages.path, server.filesDirectory]) expect(told).not.toContain(path);
  }
});
