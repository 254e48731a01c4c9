import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request as requestPlainly } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";
import { startRegistry } from "./start-registry.ts";

let registry: Awaited<ReturnType<typeof startRegistry>>;
/** What a block package has besides its package.json. */
const block = (name: string, code: string) => ({
  "package.oo.yaml": `name: ${name}\nversion: 1.0.0\n`,
  "tasks/say/task.oo.yaml":
    "executor: { name: nodejs, options: { entry: main.cjs } }\noutputs_def: [{ handle: said }]",
  "tasks/say/main.cjs": code,
});

beforeAll(async () => {
  registry = await startRegistry();
  const files = { "index.js": "module.exports = 'a peer';" };
  await registry.publish({ name: "peer", version: "1.0.0", files });
});

afterAll(() => registry[Symbol.asyncDispose]());

test("what contributors are held to is not asked of a server, and is in the manifest afterwards", async () => {
  const manifest = JSON.stringify({
    name: "strict",
    version: "1.0.0",
    dependencies: { peer: "1.0.0" },
    devDependencies: { "not-published": "workspace:*", another: "file:../another" },
    devEngines: { runtime: { name: "node", version: "1.2.3", onFail: "error" } },
    packageManager: "pnpm@1.2.3",
    workspaces: ["packages/*"],
  });
  const code = 'module.exports = () => ({ said: require("peer") });';
  const files = { ...block("strict", code), "package.json": manifest };
  await registry.publish({ name: "strict", version: "1.0.0", files });
  await using data = await makeDataDirectory();
  await using server = await openTestServer({ registry: registry.url, dataDirectory: data.path });
  expect(await install(server, "strict")).toMatchObject({ status: "success" });
  expect(await readFile(join(data.path, "packages/strict-1.0.0/package.json"), "utf8")).toBe(manifest);
  expect(await said(server, "strict::say")).toBe("a peer");
});

test("peers are installed, also where nothing else is", async () => {
  const manifest = { name: "guest", version: "1.0.0", peerDependencies: { peer: "^1.0.0" } };
  const code = 'module.exports = () => ({ said: require("peer") });';
  const files = { ...block("guest", code), "package.json": JSON.stringify(manifest) };
  await registry.publish({ name: "guest", version: "1.0.0", files });
  await using server = await openTestServer({ registry: registry.url });
  expect(await install(server, "guest")).toMatchObject({ status: "success" });
  expect(await said(server, "guest::say")).toBe("a peer");
});

test("an install that runs tells what it is at, in the words of npm as well", async () => {
  const files = block("told", 'module.exports = () => ({ said: "told" });');
  const dependencies = { peer: "1.0.0" };
  const manifest = {
    name: "told",
    version: "1.0.0",
    dependencies,
    scripts: { postinstall: "node wait.cjs" },
  };
  await using data = await makeDataDirectory();
  const end = join(data.path, "end");
  // Its script waits until the test has seen what the install was at before.
  const wait = `const { existsSync } = require("node:fs");
    const timer = setInterval(() => existsSync(${JSON.stringify(end)}) && clearInterval(timer), 20);`;
  const all = { ...files, "package.json": JSON.stringify(manifest), "wait.cjs": wait };
  await registry.publish({ name: "told", version: "1.0.0", dependencies, files: all });
  await using server = await openTestServer({ registry: registry.url, allowScripts: true });
  const { taskId } = await begin(server, "told");
  const look = async () => (await server.getJson<Answer>(`/packages/install/${taskId}`)).task;
  await expect
    .poll(look, { timeout: 30_000 })
    .toMatchObject({ status: "running", progress: expect.stringMatching(/^added \d+ packages? in/) });
  await writeFile(end, "");
  const task = await ended(server, taskId);
  expect(task).toMatchObject({ status: "success" });
  expect(task).not.toHaveProperty("progress");
});

test.skipIf(process.platform === "win32")("what npm has said half is told when it is whole", async () => {
  const manifest = { name: "halves", version: "1.0.0", dependencies: { peer: "1.0.0" } };
  const files = { ...block("halves", ""), "package.json": JSON.stringify(manifest) };
  await registry.publish({ name: "halves", version: "1.0.0", files });
  await using data = await makeDataDirectory();
  const [rest, end] = [join(data.path, "rest"), join(data.path, "end")];
  // A program that speaks as npm does, but in the pieces that the test asks for.
  const slow = `#!/bin/sh
    printf 'whole\\nhalf of'
    while [ ! -e '${rest}' ]; do sleep 0.02; done
    printf ' a line\\nand more'
    while [ ! -e '${end}' ]; do sleep 0.02; done\n`;
  const programs = join(data.path, "programs");
  await mkdir(programs);
  await writeFile(join(programs, "npm"), slow, { mode: 0o755 });
  const env = { PATH: [programs, process.env.PATH].join(delimiter) };
  await using program = await startProgram(["--registry", registry.url], { env });
  const { taskId } = await begin(program.client, "halves");
  const progress = async () =>
    (await program.client.getJson<Answer>(`/packages/install/${taskId}`)).task.progress;
  await expect.poll(progress, { timeout: 10_000 }).not.toMatch(/^downloading/);
  expect(await progress()).toBe("whole");
  await writeFile(rest, "");
  await expect.poll(progress, { timeout: 10_000 }).not.toBe("whole");
  expect(await progress()).toBe("half of a line");
  await writeFile(end, "");
  expect(await ended(program.client, taskId)).toMatchObject({ status: "success" });
});

test("npm trusts what the server trusts; a certificate that nobody does is told within seconds", async () => {
  await registry.publish({ name: "secure", version: "1.0.0", dependencies: { peer: "1.0.0" } });
  await using data = await makeDataDirectory();
  const { key, cert } = await makeCertificate(data.path);
  await using front = await serveSecurely(registry.url, { key, cert });
  const flags = ["--registry", front.url];
  const ca = join(data.path, "cert.pem");
  {
    await using trusting = await startProgram(flags, { env: { NODE_EXTRA_CA_CERTS: ca } });
    expect(await install(trusting.client, "secure")).toMatchObject({ status: "success" });
  }
  await using careful = await startProgram(flags, { env: { NODE_EXTRA_CA_CERTS: "" } });
  const startedMs = performance.now();
  const task = await install(careful.client, "secure");
  expect(task).toMatchObject({ status: "failed", error: expect.stringMatching(/certificate/) });
  expect(performance.now() - startedMs).toBeLessThan(15_000);
});

interface Answer {
  taskId: string;
  task: { status: string; progress?: string };
}

function begin(server: TestClient, name: string): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ name, version: "1.0.0" });
  return server.getJson<Answer>("/packages/install", { method: "POST", headers, body });
}

async function ended(server: TestClient, taskId: string): Promise<object> {
  const held = { headers: { Prefer: "wait=60" } };
  return (await server.getJson<Answer>(`/packages/install/${taskId}`, held)).task;
}

async function install(server: TestClient, name: string): Promise<object> {
  return ended(server, (await begin(server, name)).taskId);
}

async function said(server: TestClient, blockId: string): Promise<unknown> {
  const id = await server.start(blockId);
  await server.waitForEnd(id);
  return ((await server.finish(id)) as { result?: { said?: unknown } }).result?.said;
}

async function makeCertificate(directory: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(directory, name)) as [string, string];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert, "-days", "2", "-nodes"];
  await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...files, ...names]);
  return { key: await readFile(key), cert: await readFile(cert) };
}

/** The registry behind a certificate, as a company has it. */
async function serveSecurely(target: string, certificate: { key: Buffer; cert: Buffer }) {
  const server = createServer(certificate, (request, response) => {
    const { host } = request.headers;
    const headers = { ...request.headers, host, "x-forwarded-proto": "https" };
    const onward = requestPlainly(
      new URL(request.url ?? "", target),
      { method: request.method ?? "GET", headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
