import { type Download, type DownloadProgress, OomolConnectClient } from "@oomol/connect-core";
import type { FakeTask } from "@oomol/connect-core/testing";
import { describe, expect, test } from "vitest";
import { type Served, serve } from "./helpers/serve.ts";

const retry = { baseMs: 1, maxMs: 2 };
const megabyte = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);

/** A server whose tasks write what the test says and name it in their result. */
function serveFiles(write: (task: FakeTask) => Record<string, unknown>, extensions = ["files"] as const) {
  return serve({ extensions, onTask: (task) => void task.complete(write(task)) }, { retry });
}

const speech = (task: FakeTask) => ({ audio: task.writeFile("audio/Größe 1.txt", "Hello", "text/plain") });

async function run({ client }: Served) {
  return client.tasks.run({ blockId: "pkg::files" });
}

describe("what a result names can be read", () => {
  test("with its name, type, size and ETag", async () => {
    await using server = await serveFiles(speech);
    const outcome = await run(server);
    await using file = await server.client.tasks.download(outcome, outcome.result.audio);
    const { taskId, path, name, type, sizeBytes } = file;
    expect({ taskId, path, name, type, sizeBytes }).toEqual({
      taskId: outcome.taskId,
      path: "audio/Größe 1.txt",
      name: "Größe 1.txt",
      type: "text/plain",
      sizeBytes: 5,
    });
    expect(file.etag).toMatch(/^".+"$/);
    expect(await file.text()).toBe("Hello");
  });

  test("though its name has a backslash, which separates nothing in a POSIX path", async () => {
    await using server = await serveFiles((task) => ({ text: task.writeFile("notes/a\\b.txt", "Hello") }));
    const outcome = await run(server);
    await using file = await server.client.tasks.download(outcome, outcome.result.text);
    expect([file.path, await file.text()]).toEqual(["notes/a\\b.txt", "Hello"]);
    await using again = await server.client.tasks.download(outcome, file.path);
    expect(await again.text()).toBe("Hello");
    const all: string[] = [];
    for await (const one of server.client.tasks.downloadAll(outcome)) all.push(one.path);
    expect(all).toEqual(["notes/a\\b.txt"]);
  });

  test("in whatever form the caller wants", async () => {
    await using server = await serveFiles((task) => ({
      data: task.writeFile("data.json", '{"a":1}', "application/json"),
    }));
    const outcome = await run(server);
    const open = () => server.client.tasks.download(outcome, outcome.result.data);
    expect(await (await open()).json()).toEqual({ a: 1 });
    expect(await (await open()).bytes()).toEqual(new TextEncoder().encode('{"a":1}'));
    const blob = await (await open()).blob();
    expect([blob.type, await blob.text()]).toEqual(["application/json", '{"a":1}']);
    const file = await (await open()).file();
    expect([file.name, file.type, file.size]).toEqual(["data.json", "application/json", 7]);
    expect(new TextDecoder().decode(await collect(await open()))).toBe('{"a":1}');
  });

  test("not where the output is misspelt, which is told", async () => {
    await using server = await serveFiles(speech);
    const outcome = await run(server);
    await expect(server.client.tasks.download(outcome, outcome.result.adress)).rejects.toMatchObject({
      name: "InvalidInputError",
      path: "path",
      message: "path: expected text, got undefined. Does the result have an output of that name?",
    });
  });

  test("also beside a list that is longer than a call may have arguments", async () => {
    await using server = await serveFiles((task) => ({
      numbers: Array.from({ length: 200_000 }, (_, index) => index),
      ...speech(task),
    }));
    const names: string[] = [];
    for await (const file of server.client.tasks.downloadAll(await run(server))) names.push(file.name);
    expect(names).toEqual(["Größe 1.txt"]);
  });

  test("by the task's id alone, which costs a look at its logs", async () => {
    await using server = await serveFiles(speech);
    const { taskId, result } = await run(server);
    const client = new OomolConnectClient({ baseUrl: server.baseUrl });
    expect(await (await client.tasks.download(taskId, result.audio)).text()).toBe("Hello");
    expect(await (await client.tasks.download(taskId, "audio/Größe 1.txt")).text()).toBe("Hello");
  });

  test("all of it, however deep, folders passed over with a warning", async () => {
    const warnings: string[] = [];
    await using server = await serve(
      {
        extensions: ["files"],
        onTask: (task) => {
          const list = [task.writeFile("a.txt", "one"), { inner: task.writeFile("b/c.txt", "two") }];
          task.complete({
            list,
            again: task.writeFile("a.txt", "one"),
            folder: `/fake/sessions/${task.id}/b`,
            other: "/etc/hosts",
            n: 1,
            no: null,
          });
        },
      },
      { hooks: { onWarning: (message) => warnings.push(message) } },
    );
    const read: string[] = [];
    for await (const file of server.client.tasks.downloadAll(await run(server)))
      read.push(`${file.path} ${await file.text()}`);
    expect(read).toEqual(["a.txt one", "b/c.txt two"]);
    expect(warnings).toEqual([expect.stringContaining('"b", which is not a file')]);
  });

  test("an empty file too", async () => {
    await using server = await serveFiles((task) => ({ file: task.writeFile("empty", "") }));
    const outcome = await run(server);
    const file = await server.client.tasks.download(outcome, outcome.result.file);
    expect([file.sizeBytes, await file.text()]).toEqual([0, ""]);
  });
});

describe("what cannot be had is told before anything is read", () => {
  test("a server that announces no files", async () => {
    await using server = await serve({ onTask: (task) => void task.complete(speech(task)) });
    const outcome = await run(server);
    const failure = await server.client.tasks.download(outcome, outcome.result.audio).catch(keep);
    expect(failure).toMatchObject({ name: "UnsupportedError", code: "unsupported", extension: "files" });
    expect(server.fake.requestsTo("GET", /files/)).toEqual([]);
  });

  test("a file that is not there", async () => {
    await using server = await serveFiles(speech);
    const { taskId } = await run(server);
    await expect(server.client.tasks.download(taskId, "none.txt")).rejects.toMatchObject({
      name: "ApiError",
      status: 404,
    });
  });

  test.each([
    "/etc/passwd",
    "../secrets",
    "..\\secrets",
    "a/..\\secrets",
    "a/../../b",
    "",
    "a//b",
    "C:\\Windows\\win.ini",
    "/fake/sessions/task-1/../x",
  ])("the path %j", async (path) => {
    await using server = await serveFiles(speech);
    const { taskId } = await run(server);
    const failure = await server.client.tasks.download(taskId, path).catch(keep);
    expect(failure).toMatchObject({ name: "InvalidInputError", path: "path" });
    expect(server.fake.requestsTo("GET", /files/)).toEqual([]);
  });
});

describe("a connection that breaks", () => {
  const big = (task: FakeTask) => ({ file: task.writeFile("big.bin", megabyte) });
  const files = /\/files\//;

  test("is resumed where it broke, on the condition that the file is the same", async () => {
    await using server = await serveFiles(big);
    server.fake.inject({ kind: "truncated" }, { path: files, times: 3 });
    const progress: DownloadProgress[] = [];
    const outcome = await run(server);
    const onDownloadProgress = (report: DownloadProgress) => progress.push(report);
    const file = await server.client.tasks.download(outcome, outcome.result.file, { onDownloadProgress });
    expect(await file.bytes()).toEqual(megabyte);
    const asked = server.fake
      .requestsTo("GET", files)
      .map(({ headers }) => [headers.range, headers["if-range"]]);
    expect(asked[0]).toEqual([undefined, undefined]);
    expect(asked).toHaveLength(4);
    for (const [range, condition] of asked.slice(1)) {
      expect(range).toMatch(/^bytes=[1-9]\d*-$/);
      expect(condition).toBe(file.etag);
    }
    expect(progress.at(-1)).toEqual({ loaded: 1_000_000, total: 1_000_000, fraction: 1 });
    expect(progress.map(({ loaded }) => loaded)).toEqual(
      progress.map(({ loaded }) => loaded).sort((a, b) => a - b),
    );
  });

  test("is not resumed with another file", async () => {
    await using server = await serveFiles(big);
    server.fake.inject({ kind: "truncated" }, { path: files });
    const outcome = await run(server);
    const file = await server.client.tasks.download(outcome, outcome.result.file);
    server.fake.tasks.get(outcome.taskId)?.writeFile("big.bin", megabyte);
    await expect(file.bytes()).rejects.toMatchObject({
      name: "ConnectionError",
      isRetryable: true,
      message: expect.stringContaining("the file has changed since"),
    });
  });

  test("ends the download once the retries are used up without a byte", async () => {
    await using server = await serveFiles(big);
    server.fake.inject({ kind: "truncated" }, { path: files });
    server.fake.inject({ kind: "reset" }, { path: files, times: 100 });
    const outcome = await run(server);
    const file = await server.client.tasks.download(outcome, outcome.result.file);
    await expect(file.bytes()).rejects.toMatchObject({ name: "ConnectionError" });
    expect(server.fake.requestsTo("GET", files)).toHaveLength(4);
  });

  test("without an ETag to resume by says how far it came", async () => {
    await using server = await serveFiles(big);
    server.fake.inject({ kind: "truncated" }, { path: files });
    const outcome = await run(server);
    const written = server.fake.tasks.get(outcome.taskId)?.written.get("big.bin");
    if (written) written.etag = 'W/"weak"';
    const file = await server.client.tasks.download(outcome, outcome.result.file);
    await expect(file.bytes()).rejects.toThrow(
      /big.bin broke off after \d+ of 1000000 bytes: the connection was/,
    );
  });

  test("a refusal on the way is the caller's to see", async () => {
    await using server = await serveFiles(big);
    server.fake.inject({ kind: "truncated" }, { path: files });
    server.fake.inject({ kind: "status", status: 403 }, { path: files });
    const outcome = await run(server);
    const file = await server.client.tasks.download(outcome, outcome.result.file);
    await expect(file.bytes()).rejects.toMatchObject({ name: "ApiError", status: 403 });
  });
});

describe("an answer that is shorter than it said", () => {
  test("is not taken for the whole", async () => {
    const fetch: typeof globalThis.fetch = async (input) => {
      const headers = { "connect-extensions": "files", "content-length": "10" };
      if (!String(input).includes("/files/"))
        return Response.json(
          { task: { id: "t", status: "completed" } },
          { headers: { "connect-extensions": "files" } },
        );
      return new Response("short", { headers });
    };
    const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch });
    const file = await client.tasks.download("t", "a.txt");
    await expect(file.text()).rejects.toThrow("broke off after 5 of 10 bytes: the answer ended");
  });
});

describe("an abort", () => {
  const big = (task: FakeTask) => ({ file: task.writeFile("big.bin", new Uint8Array(50_000_000)) });

  test.each(["while it is read", "before anything is read"])(
    "ends the download at once, %s",
    async (when) => {
      await using server = await serveFiles(big);
      const outcome = await run(server);
      const abort = new AbortController();
      const file = await server.client.tasks.download(outcome, outcome.result.file, { signal: abort.signal });
      const reader = file.body.getReader();
      if (when === "while it is read") await reader.read();
      const reason = new Error("enough");
      abort.abort(reason);
      await expect(reader.read()).rejects.toBe(reason);
      await server.requestAborted();
      await expect.poll(() => server.requestsInFlight()).toBe(0);
    },
  );

  test("before the answer sends nothing", async () => {
    await using server = await serveFiles(big);
    const outcome = await run(server);
    const signal = AbortSignal.abort(new Error("never"));
    await expect(server.client.tasks.download(outcome, "big.bin", { signal })).rejects.toThrow("never");
    expect(server.fake.requestsTo("GET", /files/)).toEqual([]);
  });

  test.each<[string, (file: Download) => Promise<unknown>]>([
    [
      "a loop that is left",
      async (file) => {
        for await (const _ of file) break;
      },
    ],
    ["a cancelled body", (file) => file.body.cancel()],
    ["leaving `await using`", (file) => file[Symbol.asyncDispose]()],
  ])("is not needed: %s closes the connection", async (_, leave) => {
    await using server = await serveFiles(big);
    const outcome = await run(server);
    await leave(await server.client.tasks.download(outcome, outcome.result.file));
    await server.requestAborted();
    await expect.poll(() => server.requestsInFlight()).toBe(0);
  });
});

test("a server that falls silent within a file is given up after `timeoutMs`", async () => {
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(3)),
  });
  const fetch: typeof globalThis.fetch = async (input) => {
    const headers = { "connect-extensions": "files" };
    if (!String(input).includes("/files/"))
      return Response.json({ task: { id: "t", status: "completed" } }, { headers });
    return new Response(silent, { headers: { ...headers, "content-length": "10" } });
  };
  const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch, timeoutMs: 50 });
  await expect((await client.tasks.download("t", "a.bin")).bytes()).rejects.toThrow("nothing came for 50 ms");
});

async function collect(file: Download): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file) chunks.push(chunk);
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}

function keep(failure: unknown): unknown {
  return failure;
}
