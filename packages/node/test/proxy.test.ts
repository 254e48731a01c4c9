import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { type StartedConnectServer, startConnectServer } from "@oomol/test-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createConnectProxy, type ProxyOperation } from "../src/proxy/index.ts";
import { openProxy } from "./helpers/open-proxy.ts";

const apiToken = "api-secret-of-the-server";
let server: StartedConnectServer;

beforeAll(async () => {
  const packages = ["apps/blocks", "apps/server/test/fixtures/packages"];
  server = await startConnectServer({ packages, token: apiToken, flags: ["--log-level", "silent"] });
});
afterAll(() => server[Symbol.asyncDispose]());

const open = (options: Partial<Parameters<typeof createConnectProxy>[0]> = {}) =>
  openProxy({ baseUrl: server.url, apiToken, ...options });

test("a client without a token runs a block to its result, by events", async () => {
  await using proxy = await open({ allowBlocks: ["lab::*"] });
  const run = await proxy.client.tasks.start({ blockId: "lab::shout", inputValues: { text: "hello" } });
  const types: string[] = [];
  for await (const event of run) types.push(event.type);
  expect((await run.result()).result).toMatchObject({ loud: "HELLO!" });
  expect(types).toContain("status");
});

test("a wait is held by the server, and resumed logs begin behind the known ones", async () => {
  await using proxy = await open();
  const { task } = await proxy.client.tasks.create({ blockId: "lab::shout", inputValues: { text: "a" } });
  const held = await fetch(`${proxy.baseUrl}/v1/tasks/${task.id}`, { headers: { prefer: "wait=60" } });
  expect(held.headers.get("preference-applied")).toBe("wait");
  expect(await held.json()).toMatchObject({ success: true, task: { status: "completed" } });
  const { logs } = await proxy.client.tasks.getLogs(task.id);
  const rest = await fetch(`${proxy.baseUrl}/v1/tasks/${task.id}/logs?after=${logs[0]?.id}`);
  expect(await rest.json()).toEqual({ success: true, logs: logs.slice(1) });
});

test("files travel both ways, byte for byte, with ranges and validators", async () => {
  await using folder = await createTemporaryFolder();
  const bytes = randomBytes(3_000_000);
  await writeFile(folder.file("größe.bin"), bytes);
  await using proxy = await open();
  const { result } = await proxy.client.tasks.runWithFiles(
    "pkg::file-processor",
    { input1: "a note\nof two lines" },
    folder.file("größe.bin"),
  );
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  expect(result).toMatchObject({
    name: "größe.bin",
    size_bytes: 3_000_000,
    sha256,
    input1: "a note\nof two lines",
  });

  const { taskId } = await proxy.client.tasks.run({
    blockId: "lab::make-files",
    inputValues: { files: { "inner/a b.txt": "0123456789" } },
  });
  const url = `${proxy.baseUrl}/v1/tasks/${taskId}/files/inner/a%20b.txt`;
  const whole = await fetch(url);
  expect(await whole.text()).toBe("0123456789");
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 2-4/10",
    "234",
  ]);
  const etag = whole.headers.get("etag") ?? "";
  expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await fetch(url, { headers: { range: "bytes=99-" } })).status).toBe(416);
  const head = await fetch(url, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
});

test("what a browser would run is downloaded, and has neither scripts nor an origin", async () => {
  await using proxy = await open();
  const files = { "a.html": "<script>alert(1)</script>", "b.svg": "<svg/>", "c.png": "png" };
  const { taskId } = await proxy.client.tasks.run({ blockId: "lab::make-files", inputValues: { files } });
  for (const [name, disposition] of [
    ["a.html", "attachment"],
    ["b.svg", "attachment"],
    ["c.png", null],
  ] as const) {
    const { headers } = await fetch(`${proxy.baseUrl}/v1/tasks/${taskId}/files/${name}`);
    expect([name, headers.get("content-disposition")]).toEqual([name, disposition]);
    expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("one idempotency key gives one task, and a key that could be guessed is refused", async () => {
  await using proxy = await open();
  const create = async (key: string) => {
    const response = await fetch(`${proxy.baseUrl}/v1/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ manifest: "lab::shout", inputValues: [] }),
    });
    return { status: response.status, body: (await response.json()) as { task?: { id: string } } };
  };
  const key = crypto.randomUUID();
  expect((await create(key)).body.task?.id).toBe((await create(key)).body.task?.id);
  expect((await create("order-1")).status).toBe(400);
});

test("only allowed blocks run and are seen", async () => {
  await using proxy = await open({ allowBlocks: ["lab::shout", "pkg::*"] });
  const { blocks } = await proxy.client.blocks.list();
  expect(new Set(blocks.map(({ blockId }) => blockId))).toEqual(
    new Set(["lab::shout", "pkg::file-processor", "pkg::multi-file-processor"]),
  );
  const { packages } = await proxy.client.packages.list();
  expect(new Set(packages.map(({ name }) => name))).toEqual(new Set(["lab", "pkg"]));
  await expect(proxy.client.tasks.run({ blockId: "lab::hang" })).rejects.toMatchObject({ status: 403 });
  await expect(
    proxy.client.tasks.runWithFiles("lab::one-file", {}, new File(["a"], "a")),
  ).rejects.toMatchObject({
    status: 403,
  });
});

test("a number that reading would change is refused by its input, in JSON and in a form", async () => {
  await using proxy = await open({ allowBlocks: ["lab::*"] });
  const url = `${proxy.baseUrl}/v1/tasks`;
  const inputValues = '[{"nodeId":"_","inputs":[{"handle":"text","value":9007199254740993}]}]';
  const headers = { "content-type": "application/json" };
  const body = `{"manifest":"lab::shout","inputValues":${inputValues}}`;
  const form = new FormData();
  form.set("manifest", "lab::shout");
  form.set("inputValues", inputValues);
  for (const request of [
    { method: "POST", headers, body },
    { method: "POST", body: form },
  ]) {
    const response = await fetch(url, request);
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({
        message:
          'The input "text" holds 9007199254740993, which readers of JSON change to 9007199254740992; give it as text.',
      }),
    ]);
  }
});

test("applets are those that run allowed blocks, and none without their address", async () => {
  await using folder = await createTemporaryFolder();
  const applet = (appletId: string, blockName: string) => ({
    appletId,
    data: { packageId: "lab-0.2.0", blockName, presetInputs: { text: "preset" } },
  });
  await writeFile(
    folder.file("applets.json"),
    JSON.stringify([applet("one", "shout"), applet("two", "hang")]),
  );
  const flags = ["--applets", folder.file("applets.json"), "--log-level", "silent"];
  await using upstream = await startConnectServer({
    packages: ["apps/server/test/fixtures/packages"],
    flags,
  });
  await using proxy = await openProxy({
    baseUrl: upstream.url,
    appletsUrl: upstream.url,
    allowBlocks: ["lab::shout"],
  });
  expect((await proxy.client.applets.list()).map(({ appletId }) => appletId)).toEqual(["one"]);
  expect((await proxy.client.applets.run({ appletId: "one" })).result).toMatchObject({ loud: "PRESET!" });
  await using without = await openProxy({ baseUrl: upstream.url });
  await expect(without.client.applets.list()).rejects.toMatchObject({ status: 404 });
});

test("the app decides on each operation, by who asks and what is asked", async () => {
  const asked: ProxyOperation[] = [];
  const owners = new Map<string, string>();
  const whoIs = (request: Request) => request.headers.get("authorization") ?? "";
  await using proxy = await open({
    authorize(request, operation) {
      asked.push(operation);
      if (whoIs(request) === "") return Response.json({ message: "sign in" }, { status: 401 });
      return "taskId" in operation ? owners.get(operation.taskId) === whoIs(request) : true;
    },
    onTaskCreated: (request, { taskId }) => void owners.set(taskId, whoIs(request)),
  });
  const as = (name: string) => ({ headers: { authorization: name } });
  const { tasks } = proxy.client;
  await expect(tasks.list()).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining("sign in"),
  });
  const run = { blockId: "lab::shout", inputValues: { text: "hi" } };
  const { taskId, result } = await tasks.run(run, as("ann"));
  expect(result).toMatchObject({ loud: "HI!" });
  await expect(tasks.get(taskId, as("bob"))).rejects.toMatchObject({ status: 403 });
  expect((await tasks.list(as("ann"))).tasks.map(({ id }) => id)).toEqual([taskId]);
  expect((await tasks.list(as("bob"))).tasks).toEqual([]);
  const second = await tasks.run(run, as("bob"));
  const newest = { status: "completed", blockId: "lab::shout", limit: 1 };
  expect((await tasks.list({ ...newest, ...as("bob") })).tasks.map(({ id }) => id)).toEqual([second.taskId]);
  // The newest is not hers: the client goes on until it has as many as it wants.
  expect((await tasks.list({ ...newest, ...as("ann") })).tasks.map(({ id }) => id)).toEqual([taskId]);
  expect((await tasks.list({ ...newest, status: "failed", ...as("ann") })).tasks).toEqual([]);
  expect(asked).toContainEqual({
    name: "tasks.create",
    blockId: "lab::shout",
    inputValues: [{ nodeId: "_", inputs: [{ handle: "text", value: "hi" }] }],
  });
});

test("many runs of a page share a stream, of which the app decides on each task", async () => {
  const asked: ProxyOperation[] = [];
  let hidden = "";
  await using proxy = await open({
    authorize(_request, operation) {
      asked.push(operation);
      return !("taskId" in operation) || operation.taskId !== hidden;
    },
  });
  const { tasks } = proxy.client;
  await tasks.list();
  asked.length = 0; // of each task in the list, too
  const run = { blockId: "lab::shout", inputValues: { text: "hi" } };
  const results = await Promise.all(Array.from({ length: 8 }, () => tasks.run(run)));
  expect(results.map(({ result }) => result.loud)).toEqual(results.map(() => "HI!"));
  // Those that are created for the stream are allowed with that.
  expect(asked.map(({ name }) => name)).toContain("tasks.follow");
  expect(asked.filter(({ name }) => name === "tasks.get").length).toBeLessThan(5);

  // One that is there already is asked for as by itself, and holds up no other.
  asked.length = 0;
  const [first, second] = results.map(({ taskId }) => taskId);
  hidden = first ?? "";
  const path = `${proxy.baseUrl}/v1/events/${crypto.randomUUID()}`;
  const follow = (tasks: object) => {
    const headers = { accept: "text/event-stream", "content-type": "application/json" };
    return fetch(path, { method: "POST", headers, body: JSON.stringify({ tasks }) });
  };
  expect((await follow({ [hidden]: -1 })).status).toBe(403);
  const stream = await follow({ [second ?? ""]: -1 });
  expect([stream.status, stream.headers.get("content-type")]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  await stream.body?.cancel();
  expect(asked).toEqual([
    { name: "tasks.follow" },
    { name: "tasks.get", taskId: first },
    { name: "tasks.follow" },
    { name: "tasks.get", taskId: second },
  ]);
  await expect(
    Promise.all([first, second].map((id) => tasks.attach(id ?? "").result())),
  ).rejects.toMatchObject({
    status: 403,
  });
});

test("installing is off, and goes through the app where it is on", async () => {
  await using closed = await open();
  await expect(closed.client.packages.install("some", "1.0.0")).rejects.toMatchObject({ status: 404 });
  const asked: ProxyOperation[] = [];
  await using opened = await open({
    allowInstalls: true,
    authorize: (_, operation) => asked.push(operation) > 0 && operation.name !== "packages.install",
  });
  expect((await opened.client.packages.listInstallTasks()).tasks).toEqual([]);
  await expect(opened.client.packages.install("some", "1.0.0")).rejects.toMatchObject({ status: 403 });
  expect(asked.at(-1)).toEqual({ name: "packages.install", packageName: "some", version: "1.0.0" });
});

test("bytes of files are counted as they come, whatever length was announced", async () => {
  await using proxy = await open({ maxUploadBytes: 1_000_000 });
  const create = (sizeBytes: number) =>
    proxy.client.tasks.createWithFiles("pkg::file-processor", {}, new File([new Uint8Array(sizeBytes)], "a"));
  await create(1_000_000);
  await expect(create(1_000_001)).rejects.toMatchObject({
    status: 413,
    message: expect.stringContaining("1000000 bytes"),
  });
  expect((await proxy.client.blocks.list()).blocks).not.toEqual([]);
});

test("an abort in the page ends the request to the server", async () => {
  const aborted = Promise.withResolvers<void>();
  await using proxy = await open({
    fetch: (input, init) => {
      init?.signal?.addEventListener("abort", () => aborted.resolve());
      return fetch(input, init);
    },
  });
  const { task } = await proxy.client.tasks.create({ blockId: "lab::hang" });
  const leaving = new AbortController();
  const events = await fetch(`${proxy.baseUrl}/v1/tasks/${task.id}`, {
    headers: { accept: "text/event-stream" },
    signal: leaving.signal,
  });
  await events.body?.getReader().read();
  leaving.abort();
  await aborted.promise;
  expect((await proxy.client.tasks.stop(task.id)).task.status).toBe("stopped");
});

test("a proxy is not made open by leaving something out", () => {
  const make = (options: object) => () =>
    createConnectProxy(options as Parameters<typeof createConnectProxy>[0]);
  const fine = { baseUrl: server.url, apiToken, allowBlocks: ["pkg::*"], authorize: "public" as const };
  expect(make(fine)).not.toThrow();
  expect(make({ ...fine, authorize: undefined })).toThrow(/authorize: is missing.*"public"/s);
  expect(make({ ...fine, allowBlocks: undefined })).toThrow(/allowBlocks/);
  for (const pattern of ["*", "*::*", "pkg", "::x", "pkg::", "pkg::a*", ""])
    expect(make({ ...fine, allowBlocks: [pattern] }), pattern).toThrow(/allowBlocks\[0\]/);
  expect(make({ ...fine, allowInstalls: true })).toThrow(/allowInstalls/);
  expect(make({ ...fine, baseUrl: "/api" })).toThrow(/baseUrl/);
  expect(make({ ...fine, baseUrl: "https://me:secret@host/api" })).toThrow(/^(?!.*secret).*baseUrl/s);
  expect(make({ ...fine, allowedOrigins: ["*"] })).toThrow(/allowedOrigins\[0\]/);
  expect(make({ ...fine, basePath: "/a/../b" })).toThrow(/basePath/);
});
