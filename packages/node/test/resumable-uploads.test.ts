import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream, openAsBlob } from "node:fs";
import { open, truncate, utimes, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  createFetchTransport,
  InvalidInputError,
  type NodeClientOptions,
  OomolConnectClient,
  type UploadSource,
} from "@oomol/connect-node";
import { createRandom, openTcpFaultProxy } from "@oomol/fault-proxy";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { serve } from "@oomol/test-helpers/serve";
import { serveTus } from "@oomol/test-helpers/serve-tus";
import { startConnectServer } from "@oomol/test-server";
import { describe, expect, test } from "vitest";
import { openCount } from "./helpers/open-files.ts";

// Against another implementation of tus than ours; our own server is met in the tests of the server.

const program = fileURLToPath(new URL("./helpers/send-file.ts", import.meta.url));
const clientOf = (baseUrl: string, options: NodeClientOptions = {}) =>
  new OomolConnectClient({
    baseUrl,
    retry: { baseMs: 5, maxMs: 20 },
    resumableAboveBytes: 1_000_000,
    ...options,
  });

// More than one piece of memory, and no multiple of any.
const content = randomBytes(9 * 2 ** 20 + 300_001);
const name = "large.bin";
const taken = { name, sizeBytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };

/** What the other implementation has received at a break and not yet written. */
const mostLostBytes = 2 ** 18;

async function folderWithFile() {
  const folder = await createTemporaryFolder();
  const path = folder.file(name);
  await writeFile(path, content);
  return Object.assign(folder, { large: path });
}

describe.each<[transport: string, () => NodeClientOptions]>([
  ["undici", () => ({})],
  ["the runtime's own fetch", () => ({ transport: createFetchTransport() })],
])("by %s", (_, options) => {
  test.each<[what: string, source: (path: string) => Promise<UploadSource> | UploadSource]>([
    ["a path", (path) => path],
    ["a FileHandle", async (path) => ({ data: await open(path), name })],
    ["a Blob of the disk", async (path) => ({ data: await openAsBlob(path), name })],
    ["a File of the disk", async (path) => new File([await openAsBlob(path)], name)],
    ["bytes", () => ({ data: content, name })],
  ])("%s arrives as it is over a line that breaks", async (_, source) => {
    await using folder = await folderWithFile();
    await using server = await serveTus();
    const random = createRandom(7);
    let cuts = 0;
    await using proxy = await openTcpFaultProxy({
      target: { host: "127.0.0.1", port: server.port },
      mostBytesBefore: 2 ** 22,
      plan: {
        draw: () => (++cuts > 5 ? undefined : { kind: "reset", where: 0.1 + random() * 0.3, howLong: 0 }),
      },
    });
    await using client = clientOf(`http://127.0.0.1:${proxy.port}/api`, options());
    const file = await source(folder.large);
    await client.tasks.create({ blockId: "a::b", files: [file] });
    if (typeof file === "object" && "data" in file && "close" in (file.data as object))
      await (file.data as { close(): Promise<void> }).close();
    expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
    expect(server.receivedBytes()).toBeLessThan(content.length + 5 * mostLostBytes);
    expect(cuts).toBeGreaterThan(5);
    expect(openCount(folder.large) ?? 0).toBe(0);
  });
});

test("a stream goes by a form, as to any server, and is no upload by hand", async () => {
  await using folder = await folderWithFile();
  await using server = await serveTus();
  await using client = clientOf(server.baseUrl);
  await client.tasks.create({ blockId: "a::b", files: [createReadStream(folder.large), folder.large] });
  expect(server.tasks).toEqual(["form"]);
  const uploads = await client.uploads();
  await expect(uploads.start(createReadStream(folder.large))).rejects.toThrow("is a stream");
  const upload = await uploads.start(folder.large);
  const mixed = client.tasks.create({ blockId: "a::b", files: [upload, createReadStream(folder.large)] });
  await expect(mixed).rejects.toThrow("files[1]: is a stream, which cannot be sent beside an upload.");
});

describe("a file that has changed when its upload goes on is told", () => {
  test.each<[string, (path: string) => Promise<void>]>([
    ["another size", (path) => truncate(path, content.length - 1)],
    ["another time of change", (path) => utimes(path, 1, 1)],
  ])("by %s", async (_, change) => {
    await using folder = await folderWithFile();
    const paths = [folder.large, await open(folder.large)] as const;
    for (const file of [paths[0], { data: paths[1], name }]) {
      await writeFile(folder.large, content);
      await using server = await serveTus({
        async intercept(request) {
          if (request.method === "HEAD") await change(folder.large);
          if (request.method !== "PATCH") return false;
          request.socket.resetAndDestroy();
          return true;
        },
      });
      await using client = clientOf(server.baseUrl);
      const creating = client.tasks.create({ blockId: "a::b", files: [file] });
      await expect(creating).rejects.toBeInstanceOf(InvalidInputError);
      await expect(creating).rejects.toThrow(/files\[0\].* was changed while it was sent/);
      await client.close();
      expect(server.tasks).toEqual([]);
      // Nobody would go on with it.
      expect(server.requests.at(-1)).toMatch(/^DELETE /);
    }
    await paths[1].close();
    expect(openCount(folder.large) ?? 0).toBe(0);
  });

  test("and by its id that is stored, with the file as it is now", async () => {
    await using folder = await folderWithFile();
    await using server = await serveTus();
    await using client = clientOf(server.baseUrl);
    const uploads = await client.uploads();
    const stored = (await uploads.start(folder.large)).toJSON();
    await utimes(folder.large, 1, 1);
    await expect(uploads.resume(stored, folder.large)).rejects.toThrow("its lastModifiedMs is 1000, not");
  });
});

test("a process that was killed is followed by another that sends only the rest", async () => {
  await using folder = await folderWithFile();
  const killed = Promise.withResolvers<void>();
  await using server = await serveTus({
    onChunk: (_, bytes) => {
      if (bytes > 3_000_000) killed.resolve();
    },
  });
  const first = run(server.baseUrl, folder.large);
  const [stored] = await first.line();
  await killed.promise;
  first.child.kill("SIGKILL");
  await first.ended;
  const sent = server.receivedBytes();
  const second = run(server.baseUrl, folder.large, stored);
  const [again] = await second.line();
  const [outcome] = await second.line();
  await second.ended;
  expect(again).toBe(stored);
  expect(server.tasks).toEqual([[expect.objectContaining(taken)]]);
  expect(JSON.parse(outcome ?? "").sentBytes).toBeLessThan(content.length - sent + mostLostBytes);
});

test("our own server takes it, and the block gets the file as it is", { timeout: 60_000 }, async () => {
  await using folder = await folderWithFile();
  await using server = await startConnectServer({
    packages: ["apps/blocks"],
    flags: ["--log-level", "silent"],
  });
  const { hostname, port } = new URL(server.url);
  const random = createRandom(3);
  let cuts = 0;
  await using proxy = await openTcpFaultProxy({
    target: { host: hostname, port: Number(port) },
    mostBytesBefore: 2 ** 22,
    plan: {
      draw: () => (++cuts > 5 ? undefined : { kind: "reset", where: 0.1 + random() * 0.3, howLong: 0 }),
    },
  });
  await using client = clientOf(`http://127.0.0.1:${proxy.port}/api`);
  const request = { blockId: "pkg::file-processor", inputValues: { input1: "value" } };
  const { result } = await client.tasks.run({ ...request, files: [folder.large] });
  expect(result).toMatchObject({ name, size_bytes: content.length, sha256: taken.sha256, input1: "value" });
  expect(cuts).toBeGreaterThan(5);
  const uploads = await client.uploads();
  const upload = await uploads.start(folder.large);
  const again = await uploads.resume(upload.toJSON(), folder.large);
  const outcome = await client.tasks.run({ ...request, files: [again] });
  expect(outcome.result.sha256).toBe(taken.sha256);
  await expect(uploads.resume(again.id)).rejects.toMatchObject({ status: 404 });
});

test("memory stays flat, and ten breaks cost little more than what was in flight", async () => {
  await using folder = await createTemporaryFolder();
  const path = folder.file(name);
  const sizeBytes = 2 ** 29;
  await writeFile(path, "");
  await truncate(path, sizeBytes);
  await using server = await serveCounting(sizeBytes);
  const random = createRandom(11);
  let cuts = 0;
  await using proxy = await openTcpFaultProxy({
    target: { host: "127.0.0.1", port: server.port },
    mostBytesBefore: sizeBytes / 12,
    plan: {
      draw: () => (++cuts > 10 ? undefined : { kind: "reset", where: 0.3 + random() * 0.6, howLong: 0 }),
    },
  });
  const sending = run(`http://127.0.0.1:${proxy.port}/api`, path);
  await sending.line();
  const [outcome] = await sending.line();
  await sending.ended;
  const { sentBytes, growthBytes } = JSON.parse(outcome ?? "");
  expect(cuts).toBeGreaterThan(10);
  // What the sockets of both sides, and the proxy between them, hold at a break.
  expect(sentBytes - sizeBytes).toBeLessThan(10 * 2 ** 23);
  expect(growthBytes).toBeLessThan(64 * 2 ** 20);
}, 60_000);

/** The program, and the lines that it prints. */
function run(...args: (string | undefined)[]) {
  const given = args.filter((arg) => arg !== undefined);
  const child = spawn(process.execPath, ["--conditions=@oomol/source", program, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const read = lines[Symbol.asyncIterator]();
  const line = async (): Promise<[string | undefined]> => {
    const { value } = await read.next();
    return [value];
  };
  return { child, line, ended: once(child, "exit") };
}

/** A server that takes one upload and keeps nothing of it but its length. */
function serveCounting(sizeBytes: number) {
  let offset = 0;
  return serve(async (request, response) => {
    const headers = { "connect-extensions": "uploads", "upload-length": sizeBytes };
    if (request.method === "PATCH") for await (const chunk of request) offset += chunk.length;
    else request.resume();
    if (request.method === "POST" && request.url?.endsWith("/uploads"))
      response.writeHead(201, { ...headers, location: "/api/v1/uploads/1" }).end();
    else if (request.url?.includes("/uploads/"))
      response
        .writeHead(request.method === "HEAD" ? 200 : 204, { ...headers, "upload-offset": offset })
        .end();
    else response.writeHead(200, headers).end('{"blocks":[],"task":{"id":"1","status":"created"}}');
  });
}
