import { createReadStream } from "node:fs";
import { chmod, mkdir, open, truncate, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import {
  type ByteStream,
  InvalidInputError,
  OomolConnectClient,
  type UploadSource,
} from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { describe, expect, test } from "vitest";
import { resolveUploadSource } from "../src/upload-source.ts";
import { openCount } from "./helpers/open-files.ts";
import { serveFake } from "./helpers/serve-fake.ts";

const text = "Hello, Grüße";
const bytes = new TextEncoder().encode(text);

describe("what may be passed for a file", () => {
  test("each form arrives with its name, type and bytes", async () => {
    await using folder = await createTemporaryFolder();
    const path = folder.file("note.txt");
    await writeFile(path, text);
    await using handle = await open(path);
    const web = new Blob([bytes]).stream();
    const plain = { name: "note.txt", type: "text/plain" };
    const forms: [UploadSource, { name: string; type: string }][] = [
      [path, plain],
      [pathToFileURL(path), plain],
      [
        { path, name: "other.json" },
        { name: "other.json", type: "application/json" },
      ],
      [
        { path, type: "a/b" },
        { name: "note.txt", type: "a/b" },
      ],
      [{ data: Buffer.from(text), name: "note.txt" }, plain],
      [{ data: new Uint16Array(bytes.buffer.slice(0, 12)), name: "a.bin" }, octets("a.bin")],
      [{ data: text, name: "note.txt" }, plain],
      [new File([bytes], "note.txt", { type: "text/markdown" }), { name: "note.txt", type: "text/markdown" }],
      [
        { data: new Blob([bytes], { type: "x/y" }), name: "b" },
        { name: "b", type: "x/y" },
      ],
      [createReadStream(path), plain],
      [{ data: createReadStream(path), name: "c" }, octets("c")],
      [{ data: Readable.from([Buffer.from(text)]), name: "note.txt" }, plain],
      [{ data: web, name: "note.txt" }, plain],
      [{ data: handle, name: "note.txt" }, plain],
      [{ data: lines(), name: "note.txt" }, plain],
      [{ data: [text.slice(0, 3), bytes.slice(3)], name: "note.txt" }, plain],
    ];
    const fake = new FakeConnectServer();
    await using server = await serveFake(fake);
    await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
    const sources = forms.map(([source]) => source);
    const { task } = await client.tasks.createWithFiles("pkg::block", {}, sources);
    const received = fake.tasks.get(task.id)?.files ?? [];
    expect(received.map(({ name, type }) => ({ name, type }))).toEqual(forms.map(([, expected]) => expected));
    for (const [index, file] of received.entries()) {
      const expected = index === 5 ? bytes.slice(0, 12) : bytes;
      expect(file.bytes, `form ${index}`).toEqual(expected);
    }
    expect((await handle.stat()).size).toBe(bytes.length);
    expect(openCount(path) ?? 1).toBe(1);
  });

  test.each([
    ["a number", 7],
    ["nothing", undefined],
    ["an object without path or data", {}],
    ["bytes without a name", Buffer.from(text)],
    ["data of no use", { data: 7, name: "x" }],
  ])("%s is refused with all that is accepted", async (_, source) => {
    const failure = await resolveUploadSource(source as unknown as UploadSource, "files[2]").catch(keep);
    expect(failure).toBeInstanceOf(InvalidInputError);
    for (const form of [
      "a path",
      "file: URL",
      "Blob",
      "fs.ReadStream",
      "{ data, name, type? }",
      "FileHandle",
    ])
      expect(String(failure)).toContain(form);
    expect(String(failure)).toContain("files[2]");
  });
});

describe("a file that cannot be sent is refused before anything is", () => {
  test("missing, a directory, below a file, an empty path, another kind of URL", async () => {
    await using folder = await createTemporaryFolder();
    const file = folder.file("file");
    await writeFile(file, text);
    await mkdir(folder.file("directory"));
    await expect(resolveUploadSource(folder.file("none"), "files[0]")).rejects.toThrow(
      /files\[0\]: ".*none" does not exist/,
    );
    await expect(resolveUploadSource(folder.file("directory"), "files[0]")).rejects.toThrow(
      "is a directory, not a file",
    );
    await expect(resolveUploadSource(`${file}/below`, "files[0]")).rejects.toThrow(
      "a part of its path is a file",
    );
    await expect(resolveUploadSource("", "files[0]")).rejects.toThrow("an empty path");
    await expect(resolveUploadSource(new URL("http://host/file"), "files[0]")).rejects.toThrow("http:");
    expect(openCount(file) ?? 0).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)("one that this user may not read", async () => {
    await using folder = await createTemporaryFolder();
    const file = folder.file("secret");
    await writeFile(file, text);
    await chmod(file, 0);
    await expect(resolveUploadSource(file, "files[0]")).rejects.toThrow("may not be read by this user");
  });

  test("a stream without a name, a closed handle, a stream that was read", async () => {
    await using folder = await createTemporaryFolder();
    const path = folder.file("note.txt");
    await writeFile(path, text);
    const handle = await open(path);
    await handle.close();
    const read = Readable.from([text]);
    await read.toArray();
    await expect(resolveUploadSource(Readable.from([text]), "files[0]")).rejects.toThrow("{ data, name }");
    await expect(resolveUploadSource({ data: handle, name: "x" }, "files[0]")).rejects.toThrow("closed");
    await expect(resolveUploadSource({ data: read, name: "x" }, "files[0]")).rejects.toThrow(
      "already read or closed",
    );
  });

  test.each<[string, () => ByteStream]>([
    ["a Node stream", () => Readable.from([text])],
    ["a web stream", () => new Blob([text]).stream()],
    ["an async generator", lines],
    ["an iterator", () => [text].values()],
  ])("%s that an earlier upload read, or that stands in one twice", async (_, open) => {
    const fake = new FakeConnectServer();
    await using server = await serveFake(fake);
    await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
    const upload = (...sources: UploadSource[]) =>
      client.tasks.createWithFiles("pkg::block", {}, sources).catch(keep);
    const once = { data: open(), name: "once.txt" };
    const twice = { data: open(), name: "twice.txt" };
    await upload(once);
    for (const failure of [await upload(once), await upload(twice, twice)]) {
      expect(failure).toBeInstanceOf(InvalidInputError);
      expect(String(failure)).toMatch(/the stream of "(once|twice).txt" was already read/);
    }
    expect([...fake.tasks.values()].map(({ files }) => files.map(({ bytes }) => bytes))).toEqual([[bytes]]);
  });
});

describe("a file that changes or breaks while it is sent fails the upload, and is closed", () => {
  test.each([
    ["shrinks", 1_000_000, "shrank to 1000000 bytes"],
    ["grows", 9_000_000, "grew"],
  ])("it %s", async (_, laterBytes, message) => {
    await using folder = await createTemporaryFolder();
    const path = folder.file("data.bin");
    await writeFile(path, Buffer.alloc(5_000_000));
    const fake = new FakeConnectServer();
    await using server = await serveFake(fake);
    await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
    const slow = { data: changing(() => truncate(path, laterBytes)), name: "first" };
    const uploading = client.tasks.createWithFiles("pkg::block", {}, [slow, path]);
    await expect(uploading).rejects.toBeInstanceOf(InvalidInputError);
    await expect(uploading).rejects.toThrow(message);
    expect(fake.tasks.size).toBe(0);
    expect(openCount(path) ?? 0).toBe(0);
  });

  test("its stream breaks, or gives what are no bytes", async () => {
    const fake = new FakeConnectServer();
    await using server = await serveFake(fake);
    await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
    const broken = { data: changing(() => Promise.reject(new Error("the disk is gone"))), name: "a.bin" };
    await expect(client.tasks.createWithFiles("pkg::block", {}, broken)).rejects.toThrow(
      'files[0]: "a.bin" could not be read: the disk is gone',
    );
    const objects = { data: Readable.from([{ some: "object" }]), name: "a.bin" };
    await expect(client.tasks.createWithFiles("pkg::block", {}, objects)).rejects.toThrow(
      "not bytes or text",
    );
    expect(fake.tasks.size).toBe(0);
  });
});

test("a list of chunks can be uploaded as often as one likes", async () => {
  const fake = new FakeConnectServer();
  await using server = await serveFake(fake);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl });
  const source = { data: [text.slice(0, 5), text.slice(5)], name: "chunks.txt" };
  for (let count = 0; count < 2; count += 1) await client.tasks.createWithFiles("pkg::block", {}, source);
  const contents = [...fake.tasks.values()].map(({ files }) => files.map((file) => file.bytes));
  expect(contents).toEqual([[bytes], [bytes]]);
});

test("an upload with a stream is not sent again, and the reason is said", async () => {
  const fake = new FakeConnectServer();
  fake.inject({ kind: "status", status: 503, headers: { "retry-after": "0" } });
  const warnings: string[] = [];
  const hooks = { onWarning: (message: string) => void warnings.push(message) };
  await using server = await serveFake(fake);
  await using client = new OomolConnectClient({ baseUrl: server.baseUrl, hooks });
  const source = { data: Readable.from([text]), name: "once.txt" };
  await expect(client.tasks.createWithFiles("pkg::block", {}, source)).rejects.toMatchObject({ status: 503 });
  expect(fake.requests).toHaveLength(1);
  expect(warnings.join()).toContain("once.txt");
});

async function* lines() {
  yield text.slice(0, 5);
  yield new TextEncoder().encode(text.slice(5));
}

async function* changing(change: () => Promise<void>) {
  yield bytes;
  await change();
}

function octets(name: string) {
  return { name, type: "application/octet-stream" };
}

function keep(failure: unknown): unknown {
  return failure;
}
