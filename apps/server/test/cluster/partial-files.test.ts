import { randomBytes, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import type { FileStore } from "../../src/files/file-store.ts";
import { createLocalFiles } from "../../src/files/local-files.ts";
import { openFiles } from "../../src/files/open-files.ts";
import { createMultipart } from "../../src/files/s3-multipart.ts";
import { referTo } from "../../src/files/upload-references.ts";
import { JsonText } from "../../src/json-text.ts";
import { makeDataDirectory } from "../open-test-server.ts";
import { startS3 } from "./start-s3.ts";

interface Stores extends AsyncDisposable {
  near: FileStore;
  /** Of another process, which goes on with what the first has begun. */
  far: FileStore;
  /** What is on the machines of both that only they see. */
  scratch(): Promise<string[]>;
}

const stores: Record<string, () => Promise<Stores>> = {
  async "the disk of one machine"() {
    const data = await makeDataDirectory();
    const open = () => createLocalFiles(data.path);
    const scratch = async () => [];
    return { near: open(), far: open(), scratch, [Symbol.asyncDispose]: data[Symbol.asyncDispose] };
  },
  async "a shared folder"() {
    const data = await makeDataDirectory();
    const shared = join(data.path, "shared");
    const open = (name: string) => openFiles(shared, join(data.path, name));
    const scratch = async () => [];
    const [near, far] = [await open("near"), await open("far")];
    return { near, far, scratch, [Symbol.asyncDispose]: data[Symbol.asyncDispose] };
  },
  async "object storage"() {
    const s3 = await startS3();
    const data = await makeDataDirectory();
    const open = (name: string) => openFiles(s3.address, join(data.path, name));
    const list = (name: string) => readdir(join(data.path, name, "partial-uploads")).catch(() => []);
    return {
      near: await open("near"),
      far: await open("far"),
      scratch: async () => [...(await list("near")), ...(await list("far"))],
      async [Symbol.asyncDispose]() {
        await data[Symbol.asyncDispose]();
        await s3[Symbol.asyncDispose]();
      },
    };
  },
};

const broken = new Error("The connection broke.");

/** In memory of their own, as they come of a connection. */
async function* inChunks(content: Uint8Array, { breaks = false } = {}): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += 65_000)
    yield Uint8Array.from(content.subarray(start, start + 65_000));
  if (breaks) throw broken;
}

/** What a task gets. */
async function takeOf(store: FileStore, file: { id: string; place: string | undefined }): Promise<Buffer> {
  const taskId = randomUUID();
  const path = join(store.uploadDirectory(taskId), "0", "name.bin");
  await store.partial.give(file, taskId, path);
  const opened = await store.openUploads(
    taskId,
    new JsonText(JSON.stringify({ file: referTo(taskId, path) })),
  );
  return readFile((opened.toJSON() as { file: string }).file);
}

describe.each(Object.entries(stores))("in %s", (_name, open) => {
  test("what comes in pieces is the same as in one, whichever process takes them and whatever breaks off", async () => {
    await using both = await open();
    const content = randomBytes(20_000_003);
    const id = randomUUID();
    const file = { id, place: await both.near.partial.create(id) };
    expect(await both.far.partial.sizeOf(file)).toBe(0);
    // Within a part of object storage, over the ends of two, and to the end of one exactly.
    const ends = [1_000_000, 17_000_000, 17_000_001, 2 * 8 * 1024 ** 2 + 400_000, content.length];
    let offset = 0;
    for (const [index, end] of ends.sort((one, other) => one - other).entries()) {
      const store = index % 2 === 0 ? both.near : both.far;
      const piece = inChunks(content.subarray(offset, end), { breaks: index % 2 === 1 });
      const adding = store.partial.append(file, offset, piece, { areOne: false });
      await (index % 2 === 1 ? expect(adding).rejects.toBe(broken) : adding);
      offset = end;
      expect(await both.near.partial.sizeOf(file)).toBe(offset);
    }
    await both.near.partial.finish(file);
    await both.far.partial.finish(file);
    expect(await both.far.partial.sizeOf(file)).toBe(content.length);
    expect((await takeOf(both.far, file)).equals(content)).toBe(true);
    expect((await takeOf(both.near, file)).equals(content)).toBe(true);
    expect(await both.scratch()).toEqual([]);
  });

  test.each([0, 5, 8 * 1024 ** 2])(
    "a file of %d bytes is whole without being finished before",
    async (bytes) => {
      await using both = await open();
      const content = randomBytes(bytes);
      const id = randomUUID();
      const file = { id, place: await both.near.partial.create(id) };
      await both.near.partial.append(file, 0, inChunks(content), { areOne: false });
      expect((await takeOf(both.far, file)).equals(content)).toBe(true);
    },
  );

  test("of chunks that count as one nothing is kept if they break off", async () => {
    await using both = await open();
    const id = randomUUID();
    const file = { id, place: await both.near.partial.create(id) };
    const content = randomBytes(9_000_000);
    await both.near.partial.append(file, 0, inChunks(content.subarray(0, 100_000)), { areOne: true });
    const rest = content.subarray(100_000);
    const breaking = both.near.partial.append(file, 100_000, inChunks(rest, { breaks: true }), {
      areOne: true,
    });
    await expect(breaking).rejects.toBe(broken);
    expect(await both.far.partial.sizeOf(file)).toBe(100_000);
    await both.far.partial.append(file, 100_000, inChunks(rest), { areOne: true });
    expect((await takeOf(both.near, file)).equals(content)).toBe(true);
  });

  test("what is removed is not there any more, and may be removed again", async () => {
    await using both = await open();
    const id = randomUUID();
    const file = { id, place: await both.near.partial.create(id) };
    await both.near.partial.append(file, 0, inChunks(randomBytes(9_000_000)), { areOne: false });
    await both.far.partial.remove(file);
    await both.near.partial.remove(file);
    expect(await both.near.partial.sizeOf(file)).toBeUndefined();
    await expect(
      both.near.partial.append(file, 0, inChunks(randomBytes(5)), { areOne: false }),
    ).rejects.toThrow();
  });
});

test("object storage: what is too large to be copied at once is copied in ranges, none of it through this machine", async () => {
  const gibibyte = 1024 ** 3;
  const ranges: unknown[] = [];
  let completed: unknown;
  // The server that the other tests run against copies no parts.
  const send = async (command: { input: object }) => {
    if (command instanceof s3.CreateMultipartUploadCommand) return { UploadId: "made" };
    if (command instanceof s3.UploadPartCopyCommand) ranges.push(command.input);
    if (command instanceof s3.ListPartsCommand)
      return { Parts: [1, 2].map((number) => ({ PartNumber: number, ETag: `"${number}"`, Size: 1 })) };
    if (command instanceof s3.CompleteMultipartUploadCommand) completed = command.input;
    return {};
  };
  const multipart = createMultipart({
    s3,
    client: { send } as unknown as s3.S3Client,
    place: (key) => ({ Bucket: "bucket", Key: `prefix/${key}` }),
    ofStorage: (run) => run(),
  });
  await multipart.copy("from/a b+ü.bin", "to/c", 5 * gibibyte + 7);
  const part = {
    Bucket: "bucket",
    Key: "prefix/to/c",
    UploadId: "made",
    CopySource: "bucket/prefix/from/a%20b%2B%C3%BC.bin",
  };
  expect(ranges).toEqual(
    [0, 1, 2, 3, 4, 5].map((index) => ({
      ...part,
      PartNumber: index + 1,
      CopySourceRange: `bytes=${index * gibibyte}-${index === 5 ? 5 * gibibyte + 6 : (index + 1) * gibibyte - 1}`,
    })),
  );
  expect(completed).toMatchObject({
    Key: "prefix/to/c",
    MultipartUpload: { Parts: [1, 2].map((number) => ({ PartNumber: number, ETag: `"${number}"` })) },
  });
});
