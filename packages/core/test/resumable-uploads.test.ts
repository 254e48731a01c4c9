import { createHash, randomBytes } from "node:crypto";
import { ApiError, OomolConnectClient, type UploadProgress } from "@oomol/connect-core";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { createRandom, openTcpFaultProxy } from "@oomol/fault-proxy";
import { serveTus } from "@oomol/test-helpers/serve-tus";
import { startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import { describe, expect, test } from "vitest";
import type { ClientOptions } from "../src/options.ts";
import { clockAfter } from "./helpers/clock-after.ts";
import { serve } from "./helpers/serve.ts";

// Against another implementation of tus than ours; our own server is met in the tests of the server.

const retry = { baseMs: 5, maxMs: 20 };
const clientOf = (baseUrl: string, options: ClientOptions = {}) =>
  new OomolConnectClient({ baseUrl, retry, resumableAboveBytes: 1_000_000, ...options });
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const large = randomBytes(3_000_001);
const video = () => ({ data: large, name: "größe, 1 = 🎬.mp4", type: "video/mp4" });
const taken = { name: video().name, type: "video/mp4", sizeBytes: large.length, sha256: hashOf(large) };

describe("large files of a request", () => {
  test("are sent by uploads that the task takes, with the inputs that they are for", async () => {
    await using server = await serveTus();
    const { tasks } = clientOf(server.baseUrl);
    await tasks.create({ blockId: "a::b", files: [video(), { data: "", name: "empty" }] });
    await tasks.run({ blockId: "a::b", files: { film: video() } });
    const started = await tasks.start({ blockId: "a::b", files: { film: [video()] } });
    await started.completion();
    await tasks.createWithFiles("a::b", {}, video());
    expect(server.tasks).toEqual([
      [expect.objectContaining(taken), expect.objectContaining({ name: "empty", sizeBytes: 0 })],
      [expect.objectContaining({ ...taken, nodeId: "_", handle: "film" })],
      [expect.objectContaining({ ...taken, nodeId: "_", handle: "film" })],
      [expect.objectContaining(taken)],
    ]);
    // The first answer tells that the server takes uploads.
    expect(server.requests.filter((request) => request.includes("blocks"))).toHaveLength(1);
  });

  test("are counted together, and many small ones stay a form", async () => {
    await using server = await serveTus();
    const { tasks } = clientOf(server.baseUrl);
    const file = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ data: large.subarray(0, 600_000), name: `${index}` }));
    await tasks.create({ blockId: "a::b", files: file(1) });
    await tasks.create({ blockId: "a::b", files: file(2) });
    await tasks.create({
      blockId: "a::b",
      files: Array.from({ length: 101 }, (_, index) => ({
        data: large.subarray(0, 11_000),
        name: `${index}`,
      })),
    });
    await clientOf(server.baseUrl, { resumableAboveBytes: Number.POSITIVE_INFINITY }).tasks.create({
      blockId: "a::b",
      files: file(2),
    });
    expect(server.tasks.map((files) => (files === "form" ? files : files.length))).toEqual([
      "form",
      2,
      "form",
      "form",
    ]);
  });

  test("go by a form to a server that announces no uploads, which is asked once", async () => {
    await using server = await serveTus({ extensions: "" });
    const { tasks } = clientOf(server.baseUrl);
    for (let count = 0; count < 2; count += 1) await tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual(["form", "form"]);
    expect(server.requests).toEqual(["GET /v1/blocks", "POST /v1/tasks", "POST /v1/tasks"]);
  });

  test.each([
    ["creating one", "POST", 403],
    ["sending one, as a framework without a handler for PATCH does", "PATCH", 405],
  ])("go by a form if a proxy refuses uploads when %s", async (_, method, status) => {
    await using server = await serveTus({
      intercept(request, response) {
        if (request.method !== method || !request.url?.includes("/uploads")) return false;
        response.writeHead(status).end('{"message":"You may not do this."}');
        return true;
      },
    });
    const { tasks } = clientOf(server.baseUrl);
    for (let count = 0; count < 2; count += 1) await tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual(["form", "form"]);
    expect(server.requests.filter((request) => request.endsWith("/uploads"))).toHaveLength(1);
  });

  test("are told with progress of one file after the other, which never goes back", async () => {
    await using server = await serveTus();
    const events: UploadProgress[] = [];
    const cuts = cutAt(server.port, [700_000, 900_000]);
    await using proxy = await cuts;
    const files = [video(), { data: large.subarray(0, 5), name: "small" }];
    await clientOf(proxy.baseUrl).tasks.create(
      { blockId: "a::b", files },
      { onUploadProgress: (event) => events.push(event) },
    );
    const loaded = events.map((event) => event.loaded);
    expect(loaded).toEqual([...loaded].sort((one, other) => one - other));
    const total = large.length + 5;
    for (const event of events) expect(event).toMatchObject({ total });
    expect(events.at(-1)).toMatchObject({
      phase: "accepted",
      loaded: total,
      fraction: 1,
      file: { index: 1, name: "small" },
    });
    expect(events.at(-2)).toMatchObject({ phase: "sending", loaded: total });
  });
});

describe("a broken connection", () => {
  test("costs what was in flight, and any number of breaks is survived that bring something", async () => {
    await using server = await serveTus();
    const random = createRandom(25);
    await using proxy = await cutAt(
      server.port,
      Array.from({ length: 10 }, () => 100_000 + Math.floor(random() * 200_000)),
    );
    await clientOf(proxy.baseUrl).tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
    expect(proxy.cuts()).toBe(10);
    // What arrived is not sent again, but for what the server had not written yet.
    expect(server.receivedBytes()).toBeLessThan(large.length + 10 * 2 ** 17);
    expect(server.requests.filter((request) => request === "POST /v1/uploads")).toHaveLength(1);
  });

  test("that brings nothing, again and again, is the failure", async () => {
    let patches = 0;
    await using server = await serveTus({
      intercept(request) {
        if (request.method !== "PATCH") return false;
        patches += 1;
        request.socket.resetAndDestroy();
        return true;
      },
    });
    const creating = clientOf(server.baseUrl, { retry: { ...retry, limit: 2 } }).tasks.create({
      blockId: "a::b",
      files: [video()],
    });
    await expect(creating).rejects.toMatchObject({ name: "ConnectionError", mayHaveHappened: false });
    expect(patches).toBe(3);
    expect(server.tasks).toEqual([]);
  });

  test.each([409, 423, 460, 503])("and an answer with %i ask for the offset anew", async (status) => {
    let refused = 0;
    await using server = await serveTus({
      intercept(request, response) {
        if (request.method !== "PATCH" || refused === 2) return false;
        refused += 1;
        request.resume();
        response.writeHead(status).end('{"message":"not now"}');
        return true;
      },
    });
    await clientOf(server.baseUrl).tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
    expect(server.requests.filter((request) => request.startsWith("HEAD"))).toHaveLength(2);
  });

  test("after which the server has forgotten the upload begins it anew, once", async () => {
    let forgotten = 0;
    const forget = { times: 1 };
    await using server = await serveTus({
      async intercept(request) {
        if (request.method !== "PATCH" || forgotten === forget.times) return false;
        forgotten += 1;
        await server.forget(request.url?.split("/").at(-1) ?? "");
        return false;
      },
    });
    const client = clientOf(server.baseUrl);
    await client.tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
    forget.times = 3;
    const upload = await (await client.uploads()).start(video());
    await expect(upload.completion()).rejects.toMatchObject({ status: 404 });
    // A server that forgets each upload gets the files by a form.
    forgotten = 0;
    await client.tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)], "form"]);
  });

  test("does not lose what a gateway keeps back more than once: the rest is sent in pieces", async () => {
    const bytes = new Uint8Array(40_000_000);
    let held = 0;
    await using server = await serveTus({
      // Reads all and breaks, as a gateway whose client has gone before the request was whole.
      intercept(request) {
        const length = Number(request.headers["content-length"]);
        if (request.method !== "PATCH" || length <= 2 ** 23) return false;
        held += 1;
        request.on("data", (chunk) => {
          held += chunk.length;
          if (held > 30_000_000) request.socket.resetAndDestroy();
        });
        request.resume();
        return true;
      },
    });
    await clientOf(server.baseUrl).tasks.create({ blockId: "a::b", files: [{ data: bytes, name: "a" }] });
    expect(server.tasks).toEqual([[expect.objectContaining({ sizeBytes: bytes.length })]]);
    expect(server.requests.filter((request) => request.startsWith("PATCH"))).toHaveLength(1 + 5);
  });

  test("is none: a gateway that takes no large request gets small ones", async () => {
    await using server = await serveTus();
    await using gateway = await startReverseProxy({ kind: "nginx", target: server.origin });
    await clientOf(`${gateway.origin}/api`).tasks.create({ blockId: "a::b", files: [video()] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
  });
});

describe("an abort", () => {
  test("ends the request in flight and has the server forget the upload", async () => {
    const leaving = new AbortController();
    const reason = new Error("the user left");
    await using server = await serveTus({ onChunk: () => leaving.abort(reason) });
    const client = clientOf(server.baseUrl);
    const running = client.tasks.run({ blockId: "a::b", files: [video()] }, { signal: leaving.signal });
    await expect(running).rejects.toBe(reason);
    await client.close();
    const [deleted] = server.requests.filter((request) => request.startsWith("DELETE"));
    await expect(server.storedBytes(deleted?.split("/").at(-1) ?? "")).rejects.toMatchObject({
      code: "ENOENT",
    });
    expect(server.tasks).toEqual([]);
  });

  test("by the time that a call was given is the same", async () => {
    const patched = Promise.withResolvers<void>();
    await using server = await serveTus({
      intercept(request) {
        if (request.method === "PATCH") patched.resolve();
        return request.method === "PATCH";
      },
    });
    const client = clientOf(server.baseUrl, { clock: clockAfter(() => patched.promise) });
    const running = client.tasks.run({ blockId: "a::b", files: [video()] }, { timeoutMs: 20 });
    await expect(running).rejects.toMatchObject({ name: "TimeoutError" });
    await client.close();
    expect(server.requests.at(-1)).toMatch(/^DELETE /);
  });
});

describe("an upload by hand", () => {
  test("is stored, goes on by what was stored, and is given to a task as a file", async () => {
    const leaving = new AbortController();
    await using server = await serveTus({
      onChunk: (_, bytes) => {
        if (bytes > 500_000) leaving.abort();
      },
    });
    const uploads = await clientOf(server.baseUrl).uploads();
    const upload = await uploads.start(video(), { signal: leaving.signal, keepOnAbort: true });
    await expect(upload.completion()).rejects.toMatchObject({ name: "AbortError" });
    const stored = JSON.stringify(upload);
    expect(JSON.parse(stored)).toEqual({ uploadId: upload.id, name: video().name, sizeBytes: large.length });

    const later = clientOf(server.baseUrl, { apiToken: "api-canary" });
    const progress: number[] = [];
    const onUploadProgress = ({ loaded }: UploadProgress) => progress.push(loaded);
    const resumed = await (await later.uploads()).resume(JSON.parse(stored), video(), { onUploadProgress });
    expect(resumed.id).toBe(upload.id);
    expect(resumed.loaded).toBeGreaterThanOrEqual(500_000);
    expect(JSON.stringify(resumed)).toBe(stored);
    await later.tasks.create({ blockId: "a::b", files: { film: resumed, note: { data: "b", name: "b" } } });
    expect(server.tasks).toEqual([
      [
        expect.objectContaining({ ...taken, handle: "film" }),
        expect.objectContaining({ name: "b", handle: "note" }),
      ],
    ]);
    expect(resumed.loaded).toBe(large.length);
    expect(progress[0]).toBeGreaterThanOrEqual(500_000);
    expect(progress.at(-1)).toBe(large.length);
    expect(server.receivedBytes()).toBeLessThan(large.length + 500_000);
  });

  test("that is whole needs no file, and its id is enough", async () => {
    await using server = await serveTus();
    const uploads = await clientOf(server.baseUrl).uploads();
    const upload = await uploads.start(video());
    await upload.completion();
    const client = clientOf(server.baseUrl);
    const found = await (await client.uploads()).resume(upload.id);
    expect([found.sizeBytes, found.loaded]).toEqual([large.length, large.length]);
    await client.tasks.create({ blockId: "a::b", files: [found] });
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
  });

  test("whose upload has expired begins anew, under another id", async () => {
    await using server = await serveTus();
    const uploads = await clientOf(server.baseUrl).uploads();
    const upload = await uploads.start(video());
    await upload.completion();
    await server.forget(upload.id);
    const resumed = await uploads.resume(upload.toJSON(), video());
    await resumed.completion();
    expect(resumed.id).not.toBe(upload.id);
    await expect(uploads.resume(upload.id)).rejects.toMatchObject({ status: 404 });
  });

  test("is refused another file, by name, size and time of change", async () => {
    await using server = await serveTus();
    const uploads = await clientOf(server.baseUrl).uploads();
    const named = new File([large], "a.bin", { lastModified: 1 });
    const stored = (await uploads.start(named)).toJSON();
    for (const [other, field] of [
      [new File([large], "b.bin", { lastModified: 1 }), "name is b.bin, not a.bin"],
      [new File([large, "x"], "a.bin", { lastModified: 1 }), "sizeBytes is 3000002, not 3000001"],
      [new File([large], "a.bin", { lastModified: 2 }), "lastModifiedMs is 2, not 1"],
    ] as const)
      await expect(uploads.resume(stored, other)).rejects.toThrow(
        `file: is not that of the upload: its ${field}`,
      );
    await expect(uploads.resume(stored.uploadId, { data: "x", name: "a.bin" })).rejects.toThrow(
      "file: has 1 bytes, and that of the upload 3000001.",
    );
    for (const wrong of ["", {}, null, 7])
      await expect(uploads.resume(wrong as string, named)).rejects.toMatchObject({ path: "upload" });
  });

  test("is deleted by its id", async () => {
    await using server = await serveTus();
    const uploads = await clientOf(server.baseUrl).uploads();
    const upload = await uploads.start(video());
    await upload.completion();
    await uploads.delete(upload.id);
    await expect(uploads.delete(upload.id)).rejects.toMatchObject({ status: 404 });
    await expect(uploads.delete("")).rejects.toMatchObject({ name: "InvalidInputError" });
  });

  test("is refused by a server without uploads, and a task by one that does not know it", async () => {
    await using field = await serveTus({ extensions: "" });
    const uploads = await clientOf(field.baseUrl).uploads();
    await expect(uploads.start(video())).rejects.toMatchObject({
      name: "UnsupportedError",
      extension: "uploads",
    });
    await using server = await serveTus();
    const client = clientOf(server.baseUrl);
    const upload = await (await client.uploads()).start(video());
    await upload.completion();
    await server.forget(upload.id);
    await expect(client.tasks.create({ blockId: "a::b", files: [upload] })).rejects.toBeInstanceOf(ApiError);
  });
});

test("the fake server takes uploads, too", async () => {
  await using server = await serve({ extensions: ["uploads"] }, { resumableAboveBytes: 10, retry });
  server.fake.inject({ kind: "reset-after" }, { method: "PATCH" });
  const files = { one: new File(["0123456789a"], "one.txt", { type: "text/plain" }) };
  const { result } = await server.client.tasks.run({ blockId: "a::b", inputValues: { title: "T" }, files });
  expect(result).toEqual({ title: "T" });
  const [file] = server.fake.tasks.get("task-1")?.files ?? [];
  expect(file).toMatchObject({ name: "one.txt", type: "text/plain", handle: "one" });
  expect(new TextDecoder().decode(file?.bytes)).toBe("0123456789a");
  expect(server.fake).toBeInstanceOf(FakeConnectServer);
});

/** A connection to the server that breaks, once for each number, after so many bytes. */
async function cutAt(port: number, afterBytes: number[]) {
  const mostBytesBefore = Math.max(...afterBytes);
  let next = 0;
  const proxy = await openTcpFaultProxy({
    target: { host: "127.0.0.1", port },
    mostBytesBefore,
    plan: {
      draw() {
        const bytes = afterBytes[next];
        if (bytes === undefined) return undefined;
        next += 1;
        return { kind: "reset", where: bytes / mostBytesBefore, howLong: 0 };
      },
    },
  });
  return Object.assign(proxy, { baseUrl: `http://127.0.0.1:${proxy.port}/api`, cuts: () => next });
}
