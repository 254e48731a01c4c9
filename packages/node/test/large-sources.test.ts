import { createHash, randomBytes } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import { open, truncate, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { OomolConnectClient, type UploadSource } from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { serve } from "@oomol/test-helpers/serve";
import { expect, test } from "vitest";

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Answers each upload with the hash of its one file, as the id of the task. */
const serveHashes = () =>
  serve(async (request, response) => {
    const body = await buffer(request);
    const begin = body.indexOf("\r\n\r\n", body.indexOf("filename=")) + 4;
    const end = body.lastIndexOf("\r\n--");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ task: { id: hashOf(body.subarray(begin, end)), status: "created" } }));
  });

// More than one piece of memory, and no multiple of any; what is left of the last one is used again too.
const content = randomBytes(5 * 2 ** 20 + 300_001);
const name = "large.bin";

async function* reusing(): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(100_000);
  for (let at = 0; at < content.length; at += memory.length) {
    yield memory.subarray(0, content.copy(memory, 0, at));
  }
}

test.each<[what: string, source: (path: string) => Promise<UploadSource> | UploadSource]>([
  ["a path", (path) => path],
  ["a Blob of the disk", async (path) => ({ data: await openAsBlob(path), name })],
  ["a File of the disk", async (path) => new File([await openAsBlob(path)], name)],
  ["a Blob in memory", () => ({ data: new Blob([content]), name })],
  ["an fs.ReadStream", (path) => createReadStream(path)],
  ["an fs.ReadStream of small chunks", (path) => createReadStream(path, { highWaterMark: 1_000 })],
  ["a part of a file", (path) => createReadStream(path, { start: 0, end: content.length - 1 })],
  [
    "a web stream",
    (path) => ({ data: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, name }),
  ],
  ["a byte stream", () => ({ data: new Blob([content]).stream(), name })],
  ["chunks in memory that is used again", () => ({ data: reusing(), name })],
  ["one chunk", () => ({ data: [content], name })],
])("a large file arrives as it is: %s", async (_, source) => {
  await using folder = await createTemporaryFolder();
  const path = folder.file(name);
  await writeFile(path, content);
  await using server = await serveHashes();
  await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  const { task } = await client.tasks.create({ blockId: "a::b", files: [await source(path)] });
  expect(task.id).toBe(hashOf(content));
});

test("whoever listens to the stream of a file keeps what it heard", async () => {
  await using folder = await createTemporaryFolder();
  const path = folder.file(name);
  await writeFile(path, content);
  await using server = await serveHashes();
  await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  const stream = createReadStream(path);
  const heard: Buffer[] = [];
  const created = client.tasks.create({ blockId: "a::b", files: [stream] });
  stream.on("data", (chunk) => heard.push(chunk as Buffer));
  expect((await created).task.id).toBe(hashOf(content));
  expect(hashOf(Buffer.concat(heard))).toBe(hashOf(content));
});

test("a byte stream of a FileHandle is read into memory of our own", async () => {
  await using folder = await createTemporaryFolder();
  const path = folder.file(name);
  await writeFile(path, content);
  await using handle = await open(path);
  await using server = await serveHashes();
  await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  const data = handle.readableWebStream() as ReadableStream<Uint8Array>;
  const { task } = await client.tasks.create({ blockId: "a::b", files: [{ data, name }] });
  expect(task.id).toBe(hashOf(content));
});

test("a Blob whose file has changed is named, and nothing is created", async () => {
  await using folder = await createTemporaryFolder();
  const path = folder.file(name);
  await writeFile(path, content);
  await using server = await serveHashes();
  await using client = new OomolConnectClient({ baseUrl: `${server.origin}/api` });
  const data = await openAsBlob(path);
  await truncate(path, 3);
  const created = client.tasks.create({ blockId: "a::b", files: [{ data, name }] });
  await expect(created).rejects.toThrow(/files\[0\]: "large\.bin" could not be read/);
});
