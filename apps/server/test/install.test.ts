import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { makeDataDirectory, openTestServer, refusalOf, type TestClient } from "./open-test-server.ts";
import { startRegistry } from "./start-registry.ts";

let registry: Awaited<ReturnType<typeof startRegistry>>;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(() => registry[Symbol.asyncDispose]());

test("installs a package with what it depends on, and runs its block", async () => {
  await registry.publish({
    name: "counter",
    version: "1.0.0",
    files: { "index.js": 'module.exports = (text) => text.length + " letters";', "package.oo.yaml": "" },
  });
  await registry.publish({ name: "base", version: "1.1.0" });
  await registry.publish({ name: "base", version: "1.2.0" });
  await registry.publish({
    name: "@lab/top",
    version: "2.0.0-beta.1",
    blockPackages: { base: "^1.0.0" },
    dependencies: { counter: "1.0.0" },
    files: {
      "package.oo.yaml": JSON.stringify({
        name: "@lab/top",
        version: "2.0.0-beta.1",
        dependencies: { base: "^1.0.0" },
      }),
      "tasks/count/task.oo.yaml":
        "executor: { name: nodejs, options: { entry: main.js } }\noutputs_def: [{ handle: said }]",
      "tasks/count/main.js": 'module.exports = () => ({ said: require("counter")("abc") });',
    },
  });
  await using server = await openTestServer({ registry: registry.url });
  const task = await installed(server, { name: "@lab/top", version: "latest" });
  expect(task).toMatchObject({
    name: "@lab/top",
    version: "2.0.0-beta.1",
    status: "success",
    packagePath: "/packages/@lab/top-2.0.0-beta.1/2.0.0-beta.1",
    dependencies: [{ name: "base", version: "1.2.0", packagePath: "/packages/base-1.2.0/1.2.0" }],
  });
  const { packages } = await server.getJson<{ packages: unknown[] }>("/packages");
  expect(packages).toContainEqual({ name: "base", version: "1.2.0" });
  expect(packages).toContainEqual({ name: "@lab/top", version: "2.0.0-beta.1" });
  for (const [block, said] of [
    ["@lab/top::count", "3 letters"],
    ["base::say", "base 1.2.0"],
  ] as const) {
    const id = await server.start(block);
    expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
    expect(await server.finish(id)).toMatchObject({ result: { said } });
  }
});

test("installs once what many ask for, and nothing again that is there", async () => {
  await registry.publish({ name: "popular", version: "1.0.0" });
  await using server = await openTestServer({ registry: registry.url });
  const wanted = { name: "popular", version: "1.0.0" };
  const ids = await Promise.all(Array.from({ length: 5 }, () => install(server, wanted)));
  expect(new Set(ids).size).toBe(1);
  expect(await endOf(server, ids[0])).toMatchObject({ status: "success" });
  const downloads = () => registry.requests.filter((one) => one.includes("popular-1.0.0.tgz")).length;
  expect(downloads()).toBe(1);
  expect(await installed(server, { name: "popular", version: "1.0.0" })).toMatchObject({ status: "success" });
  expect(await installed(server, { name: "popular", version: "^1" })).toMatchObject({ version: "1.0.0" });
  expect(downloads()).toBe(1);
});

test("asks for a package anew when an install could not be recorded", async () => {
  await registry.publish({ name: "unlucky", version: "1.0.0" });
  await using data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  await sql`CREATE TABLE failures (name TEXT)`.execute(database);
  // FAIL keeps what the trigger has written, so that only the first one fails.
  await sql`CREATE TRIGGER fail_once BEFORE INSERT ON installs WHEN NOT EXISTS (SELECT 1 FROM failures) BEGIN
    INSERT INTO failures VALUES (NEW.name); SELECT RAISE(FAIL, 'no room'); END`.execute(database);
  await database.destroy();
  await using server = await openTestServer({ dataDirectory: data.path, registry: registry.url });
  const wanted = { name: "unlucky", version: "1.0.0" };
  expect((await refusalOf(await post(server, wanted))).status).toBe(500);
  expect(await installed(server, wanted)).toMatchObject({ status: "success" });
});

test("bears packages that depend on each other", async () => {
  await registry.publish({ name: "hen", version: "1.0.0", blockPackages: { egg: "1.0.0" } });
  await registry.publish({ name: "egg", version: "1.0.0", blockPackages: { hen: "1.0.0" } });
  await using server = await openTestServer({ registry: registry.url });
  expect(await installed(server, { name: "hen", version: "1.0.0" })).toMatchObject({
    status: "success",
    dependencies: [{ name: "egg", version: "1.0.0" }],
  });
});

test("leaves nothing of an install that failed, and says why", async () => {
  await registry.publish({ name: "plain", version: "1.0.0", files: { "index.js": "" } });
  await registry.publish({
    name: "misnamed",
    version: "1.0.0",
    files: { "package.oo.yaml": "name: other\nversion: 1.0.0" },
  });
  await registry.publish({ name: "fine", version: "1.0.0" });
  await registry.publish({
    name: "orphan",
    version: "1.0.0",
    blockPackages: { fine: "1.0.0", gone: "1.0.0" },
  });
  await registry.publish({ name: "escape", version: "1.0.0", blockPackages: { "../../etc": "1.0.0" } });
  await registry.publish({ name: "local", version: "1.0.0", blockPackages: { fine: "file:/etc" } });
  await registry.publish({
    name: "moduleless",
    version: "1.0.0",
    dependencies: { "no-such-module": "1.0.0" },
  });
  await registry.publish({ name: "changed", version: "1.0.0" });
  await registry.tamper("changed");
  await using server = await openTestServer({ registry: registry.url });
  for (const [name, reason] of [
    ["nothing", /^nothing@1\.0\.0 cannot be had from http:.*: it does not have it\.$/],
    ["plain", /is no block package: it has no package\.oo\.yaml/],
    ["misnamed", /calls itself other 1\.0\.0/],
    ["orphan", /^gone@1\.0\.0 cannot be had/],
    ["escape", /is no package of a registry/],
    ["local", /"fine@file:\/etc" is no package of a registry/],
    ["moduleless", /^npm install failed: .*no-such-module/s],
    ["changed", /integrity|sha512/i],
  ] as const) {
    const task = await installed(server, { name, version: "1.0.0" });
    expect(task).toMatchObject({ name, status: "failed", error: expect.stringMatching(reason) });
  }
  expect(await readdir(join(server.dataDirectory, "packages")).catch(() => [])).toEqual([]);
  expect(await readdir(join(server.dataDirectory, "staging")).catch(() => [])).toEqual([]);
  expect(await installed(server, { name: "fine", version: "1.0.0" })).toMatchObject({ status: "success" });
}, 60_000);

test("runs scripts of packages only when it may", async () => {
  const scripts = { postinstall: "node -e \"require('fs').writeFileSync('script-ran', '')\"" };
  await registry.publish({ name: "scripted", version: "1.0.0", scripts });
  for (const allowScripts of [false, true]) {
    await using server = await openTestServer({ registry: registry.url, allowScripts });
    expect(await installed(server, { name: "scripted", version: "1.0.0" })).toMatchObject({
      status: "success",
    });
    const files = await readdir(join(server.dataDirectory, "packages/scripted-1.0.0"));
    expect(files.includes("script-ran")).toBe(allowScripts);
  }
});

test("one idempotency key is one install; another wish under it is refused", async () => {
  await registry.publish({ name: "keyed", version: "1.0.0" });
  await using server = await openTestServer({ registry: registry.url });
  const headers = { "Idempotency-Key": "once" };
  const id = await install(server, { name: "keyed", version: "1.0.0" }, headers);
  await endOf(server, id);
  expect(await install(server, { name: "keyed", version: "1.0.0" }, headers)).toBe(id);
  const other = await post(server, { name: "keyed", version: "2.0.0" }, headers);
  expect((await refusalOf(other)).status).toBe(422);
  const { tasks } = await server.getJson<{ tasks: { id: string }[] }>("/packages/install");
  expect(tasks.map((task) => task.id)).toEqual([id]);
});

test("goes on after a restart with what was asked for", async () => {
  await registry.publish({ name: "patient", version: "1.0.0" });
  await using data = await makeDataDirectory();
  const first = await openTestServer({ dataDirectory: data.path, registry: registry.url });
  const id = await install(first, { name: "patient", version: "1.0.0" });
  await first[Symbol.asyncDispose]();
  await using again = await openTestServer({ dataDirectory: data.path, registry: registry.url });
  expect(await endOf(again, id)).toMatchObject({ id, status: "success" });
});

test.each([
  [{}, "An install names a package"],
  [{ name: "../evil" }, "An install names a package"],
  [{ name: "a@npm:b" }, "An install names a package"],
  [{ name: "fine", version: "file:/etc" }, 'The "version" of an install must be'],
  [{ name: "fine", version: "git+ssh://a/b" }, 'The "version" of an install must be'],
  [[], "An install names a package"],
])("refuses to install %j", async (body, sentence) => {
  await using server = await openTestServer({ registry: registry.url });
  const { status, message } = await refusalOf(await post(server, body));
  expect([status, message.slice(0, sentence.length)]).toEqual([400, sentence]);
  expect((await server.request("/packages/install/none")).status).toBe(404);
});

function post(server: TestClient, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return server.request("/packages/install", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function install(server: TestClient, body: unknown, headers?: Record<string, string>): Promise<string> {
  const { taskId } = (await (await post(server, body, headers)).json()) as { taskId: string };
  return taskId;
}

async function endOf(server: TestClient, id = ""): Promise<Record<string, unknown>> {
  const headers = { Prefer: "wait=60" };
  return (await server.getJson<{ task: Record<string, unknown> }>(`/packages/install/${id}`, { headers }))
    .task;
}

async function installed(server: TestClient, body: unknown): Promise<Record<string, unknown>> {
  return endOf(server, await install(server, body));
}
