import { createHash } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { dropFiles } from "./helpers/drop-files.ts";
import { apiToken, openAppForFile } from "./helpers/open-app.ts";

const mebibyte = 2 ** 20;
const app = openAppForFile();

test.each(["with a short-lived token", "through the proxy"])(
  "200 MiB reach a block byte for byte, with progress: %s",
  { timeout: 240_000 },
  async (way) => {
    const direct = way === "through the proxy" ? undefined : { baseUrl: app().connect.url, token: apiToken };
    const { result, events } = await app().page.evaluate(async (given) => {
      const client = new window.connect.OomolConnectClient(
        given && { baseUrl: given.baseUrl, apiToken: async () => given.token },
      );
      const pieces = Array.from({ length: 200 }, (_, index) => new Uint8Array(2 ** 20).fill(index));
      const events: { phase: string; loaded: number; total: number | undefined }[] = [];
      const { result } = await client.tasks.runWithFiles(
        "pkg::file-processor",
        {},
        new File(pieces, "large.bin"),
        {
          onUploadProgress: ({ phase, loaded, total }) => events.push({ phase, loaded, total }),
        },
      );
      return { result, events };
    }, direct);
    const hash = createHash("sha256");
    for (let index = 0; index < 200; index += 1) hash.update(Buffer.alloc(mebibyte, index));
    expect(result).toMatchObject({
      name: "large.bin",
      size_bytes: 200 * mebibyte,
      sha256: hash.digest("hex"),
    });
    const loaded = events.map((event) => event.loaded);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(new Set(loaded).size).toBeGreaterThan(3);
    expect(events.at(-1)).toEqual({ phase: "accepted", loaded: 200 * mebibyte, total: 200 * mebibyte });
  },
);

test("a dropped folder reaches a block with all its files", async () => {
  await using folder = await createTemporaryFolder();
  await mkdir(folder.file("album/inner"), { recursive: true });
  await writeFile(folder.file("album/one.txt"), "1");
  await writeFile(folder.file("album/inner/two.txt"), "22");
  const id = await dropFiles(app().page, [folder.file("album")], "pkg::multi-file-processor");
  const { files } = await app().page.evaluate(
    async (taskId) => (await new window.connect.OomolConnectClient().tasks.attach(taskId).result()).result,
    id,
  );
  expect(files).toMatchObject([
    { name: "two.txt", size_bytes: 2 },
    { name: "one.txt", size_bytes: 1 },
  ]);
});

test("an abort in the middle of an upload rejects with its reason, and the server keeps nothing of it", async () => {
  const before = await taskCount();
  await using _slow = await slowUploads(app().page);
  const outcome = await app().page.evaluate(async () => {
    const leaving = new AbortController();
    const file = new File([new Uint8Array(64 * 2 ** 20)], "large.bin");
    let sent = 0;
    const created = new window.connect.OomolConnectClient().tasks.createWithFiles(
      "pkg::file-processor",
      {},
      file,
      {
        signal: leaving.signal,
        onUploadProgress: ({ loaded }) => {
          sent = loaded;
          if (loaded > 0) leaving.abort(new Error("the user left"));
        },
      },
    );
    const reason = await created.catch((caught: unknown) => String(caught));
    return { reason, sent };
  });
  expect(outcome.reason).toBe("Error: the user left");
  expect(outcome.sent).toBeLessThan(64 * mebibyte);
  await expect.poll(() => unfinishedUploads()).toEqual([]);
  expect(await taskCount()).toBe(before);
});

test("a connection that is lost in the middle of an upload, and another while waiting, cost nothing", async () => {
  const before = await taskCount();
  app().breakNext("upload");
  app().breakNext("events");
  const outcome = await app().page.evaluate(async () => {
    const retries: string[] = [];
    const hooks = {
      onRetry: ({ method, path }: { method: string; path: string }) => retries.push(`${method} ${path}`),
    };
    const client = new window.connect.OomolConnectClient({ hooks });
    await client.blocks.list(); // Tells the client that the server honours its keys.
    const file = new File([new Uint8Array(8 * 2 ** 20)], "large.bin");
    const { result } = await client.tasks.runWithFiles("pkg::file-processor", {}, file);
    return { result, retries };
  });
  expect(outcome.result).toMatchObject({ size_bytes: 8 * mebibyte });
  expect(outcome.retries).toEqual(["POST /v1/tasks"]);
  expect(app().broken).toEqual(expect.arrayContaining(["upload", "events"]));
  expect(await taskCount()).toBe(before + 1);
});

test("a wrong token is told, and shown nowhere", async () => {
  const failure = await app().page.evaluate(async (baseUrl) => {
    const apiToken = async () => "api-canary-of-the-visitor";
    const client = new window.connect.OomolConnectClient({ baseUrl, apiToken });
    const caught = await client.tasks.run({ blockId: "lab::shout" }).catch((error: unknown) => error);
    return { text: String(caught), status: Reflect.get(caught as object, "status") };
  }, app().connect.url);
  expect(failure).toMatchObject({ status: 401, text: expect.stringContaining("does not know the token") });
  expect(failure.text).not.toContain("canary");
});

async function taskCount(): Promise<number> {
  const response = await fetch(`${app().connect.url}/v1/tasks`, { headers: { authorization: apiToken } });
  return ((await response.json()) as { tasks: unknown[] }).tasks.length;
}

/** Folders of uploads that belong to no task. */
async function unfinishedUploads(): Promise<string[]> {
  const response = await fetch(`${app().connect.url}/v1/tasks`, { headers: { authorization: apiToken } });
  const { tasks } = (await response.json()) as { tasks: { id: string }[] };
  const folders = await readdir(join(app().connect.dataDirectory, "uploads")).catch(() => []);
  return folders.filter((name) => !tasks.some(({ id }) => id === name));
}

/** Lets a page send 4 MB a second until it is disposed. */
async function slowUploads(page: Page): Promise<AsyncDisposable> {
  const devtools = await page.context().newCDPSession(page);
  const conditions = { offline: false, latency: 0, downloadThroughput: -1 };
  await devtools.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: 4_000_000 });
  return {
    async [Symbol.asyncDispose]() {
      await devtools.send("Network.emulateNetworkConditions", { ...conditions, uploadThroughput: -1 });
      await devtools.detach();
    },
  };
}
