import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { type DownloadOptions, OomolConnectClient, saveDownload } from "@oomol/connect-node";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { describe, expect, test } from "vitest";
import { visibleName } from "../src/save-download.ts";
import { serveFake } from "./helpers/serve-fake.ts";

const content = Buffer.alloc(3_000_000, "0123456789");

async function openTask(path = "audio/speech.wav") {
  const fake = new FakeConnectServer({
    extensions: ["files"],
    onTask: (task) => task.complete({ file: task.writeFile(path, content, "audio/wav") }),
  });
  const server = await serveFake(fake);
  const client = new OomolConnectClient({ baseUrl: server.baseUrl, retry: { limit: 1, baseMs: 1 } });
  const outcome = await client.tasks.run({ blockId: "a::b" });
  return {
    fake,
    server,
    download: (options?: DownloadOptions) => client.tasks.download(outcome, outcome.result.file, options),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("saves to a file, making the folders that are missing", async () => {
  await using task = await openTask();
  await using folder = await createTemporaryFolder();
  const target = folder.file("a/b/sound.wav");
  expect(await saveDownload(await task.download(), target)).toEqual({ path: target, sizeBytes: 3_000_000 });
  expect((await readFile(target)).equals(content)).toBe(true);
  expect(await readdir(folder.file("a/b"))).toEqual(["sound.wav"]);
});

test("saves under its own name in a folder that exists, or that ends with a slash, and to a URL", async () => {
  await using task = await openTask();
  await using folder = await createTemporaryFolder();
  const { path } = await saveDownload(await task.download(), folder.path);
  expect(path).toBe(folder.file("speech.wav"));
  const other = await saveDownload(await task.download(), `${folder.path}/new/`);
  expect(other.path).toBe(folder.file("new/speech.wav"));
  const named = await saveDownload(await task.download(), pathToFileURL(folder.file("named.wav")));
  expect(named.path).toBe(folder.file("named.wav"));
});

describe("a file that exists", () => {
  test("is refused, and the connection closed", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    await writeFile(folder.file("speech.wav"), "mine");
    const save = saveDownload(await task.download(), folder.path);
    await expect(save).rejects.toMatchObject({ name: "InvalidInputError", path: "to" });
    expect(await readFile(folder.file("speech.wav"), "utf8")).toBe("mine");
    expect(await readdir(folder.path)).toEqual(["speech.wav"]);
    await task.server.idle();
  });

  test("is refused as well where it appears while the download goes on, be it a link to nowhere", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    await symlink("/nowhere/at/all", folder.file("speech.wav"));
    await expect(saveDownload(await task.download(), folder.path)).rejects.toThrow("exists in");
    expect(await readdir(folder.path)).toEqual(["speech.wav"]);
  });

  test("is replaced, or stays beside a numbered one", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    const target = folder.file("speech.wav");
    await writeFile(target, "mine");
    const numbered = await saveDownload(await task.download(), target, { ifExists: "number" });
    const third = await saveDownload(await task.download(), target, { ifExists: "number" });
    expect([numbered.path, third.path]).toEqual([
      folder.file("speech (2).wav"),
      folder.file("speech (3).wav"),
    ]);
    expect(await readFile(target, "utf8")).toBe("mine");
    await saveDownload(await task.download(), target, { ifExists: "replace" });
    expect((await readFile(target)).equals(content)).toBe(true);
  });
});

describe("nothing is left", () => {
  test("by an abort, which closes the connection at once", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    const abort = new AbortController();
    const reason = new Error("enough");
    const download = await task.download({
      signal: abort.signal,
      onDownloadProgress: () => abort.abort(reason),
    });
    await expect(saveDownload(download, folder.path)).rejects.toBe(reason);
    expect(await readdir(folder.path)).toEqual([]);
    await task.server.idle();
  });

  test("by a connection that breaks for good", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    task.fake.inject({ kind: "truncated" }, { path: /files/ });
    task.fake.inject({ kind: "reset" }, { path: /files/, times: 10 });
    const download = await task.download();
    await expect(saveDownload(download, folder.path)).rejects.toMatchObject({ name: "ConnectionError" });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("while one that breaks once is resumed", async () => {
    await using task = await openTask();
    await using folder = await createTemporaryFolder();
    task.fake.inject({ kind: "truncated" }, { path: /files/ });
    const { path } = await saveDownload(await task.download(), folder.path);
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(task.fake.requestsTo("GET", /files/)).toHaveLength(2);
  });
});

test("reports how far it is, up to the whole", async () => {
  await using task = await openTask();
  await using folder = await createTemporaryFolder();
  const fractions: (number | undefined)[] = [];
  const onDownloadProgress = ({ fraction }: { fraction: number | undefined }) => fractions.push(fraction);
  await saveDownload(await task.download({ onDownloadProgress }), folder.path);
  expect(fractions.at(-1)).toBe(1);
});

test.each([
  ["speech.wav", "speech.wav"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\boot.ini", "boot.ini"],
  ["C:\\Windows\\x.dll", "x.dll"],
  [".bashrc", "_bashrc"],
  ["..", "_"],
  ["a\u0000b\n.txt", "a_b_.txt"],
  ["con.txt", "con_.txt"],
  ["con .txt", "con_ .txt"],
  ["NUL", "NUL_"],
  ["what?.txt. ", "what_.txt"],
  ["", "file"],
  ["Größe 语音.wav", "Größe 语音.wav"],
])("a server's name %j becomes %j", (name, safe) => {
  expect(visibleName(name)).toBe(safe);
});

test("a server's long name keeps its ending and fits every file system", async () => {
  const name = visibleName(`${"语".repeat(200)}.wav`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
  expect(name).toMatch(/^语+\.wav$/);
  await using folder = await createTemporaryFolder();
  await writeFile(join(folder.path, name), "");
});
