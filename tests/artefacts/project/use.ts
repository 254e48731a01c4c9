// A program of a user: every package that is imported, and a server and a command that are started.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as browser from "@oomol/connect-browser";
import { encodeMultipart } from "@oomol/connect-core/adapter";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { OomolConnectClient } from "@oomol/connect-node";
import { createConnectProxy } from "@oomol/connect-node/proxy";
import { runBlock } from "@oomol/scriptlet/testing";
import shout from "./packages/demo/tasks/shout/main.js";

const inputValues = { text: "hello" };

const fake = new FakeConnectServer({
  onTask: (task) => void task.complete({ loud: String(task.input("text")).toUpperCase() }),
});
for (const Client of [OomolConnectClient, browser.OomolConnectClient]) {
  const client = new Client({ baseUrl: "http://fake.test/api", fetch: fake.fetch });
  const { result } = await client.tasks.run({ blockId: "demo::shout", inputValues });
  assert.deepEqual(result, { loud: "HELLO" });
}
assert.equal(typeof encodeMultipart, "function");

const proxy = createConnectProxy({
  baseUrl: "http://fake.test/api",
  allowBlocks: [],
  authorize: () => false,
});
const refused = await proxy(new Request("http://app.test/api/v1/tasks"));
assert.equal(refused.ok, false);

{
  await using run = await runBlock(shout, { inputs: inputValues });
  assert.deepEqual(run.result, { loud: "HELLO" });
}

const data = await mkdtemp(join(tmpdir(), "oomol-connect-artefacts-"));
const bin = (name: string) => join("node_modules", ".bin", name);
const server = spawn(bin("connect-server"), ["--packages", "packages", "--port", "0", "--data", data], {
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
try {
  const url = await readyUrl(server);
  const health = await fetch(new URL("/healthz", url));
  assert.deepEqual(await health.json(), { status: "ok" });
  const page = await fetch(new URL("/", url));
  assert.match(await page.text(), /<script type="module"/);
  const client = new OomolConnectClient({ baseUrl: url });
  const { result } = await client.tasks.run({ blockId: "demo::shout", inputValues });
  assert.deepEqual(result, { loud: "HELLO" });
  const env = { ...process.env, OOMOL_CONNECT_BASE_URL: url };
  const listed = await promisify(execFile)(bin("oomol-connect"), ["blocks"], { env });
  assert.match(listed.stdout, /demo::shout/);
} finally {
  const exited = once(server, "exit");
  server.kill("SIGTERM");
  await exited;
  await rm(data, { recursive: true, force: true });
}

const help = await promisify(execFile)(bin("oomol-connect"), ["--help"]);
assert.match(help.stdout, /Usage: oomol-connect/);
process.stdout.write("used");

async function readyUrl(child: ChildProcess): Promise<string> {
  const failed = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`connect-server ended with ${code}`)),
  );
  const [message] = await Promise.race([once(child, "message"), failed]);
  return (message as { url: string }).url;
}
