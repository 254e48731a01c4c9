import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createConnectProxy } from "@oomol/connect-node/proxy";
import { type ServedTus, serveTus } from "@oomol/test-helpers/serve-tus";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, type OpenPage, openPage } from "./helpers/open-page.ts";

// A page, the proxy of its app, and another implementation of tus than ours.

afterAll(closeBrowser);

const sizeBytes = 6_000_000;
const taken = {
  name: "video.mp4",
  type: "video/mp4",
  sizeBytes,
  sha256: createHash("sha256").update(new Uint8Array(sizeBytes).fill(7)).digest("hex"),
};

test("a page whose connection breaks goes on where the server is, with progress", {
  timeout: 60_000,
}, async () => {
  let breaks = 3;
  await using app = await openApp((request) => {
    if (breaks === 0) return;
    let receivedBytes = 0;
    request.on("data", (chunk: Buffer) => {
      receivedBytes += chunk.length;
      if (receivedBytes < 1_000_000 || breaks === 0 || request.socket.destroyed) return;
      breaks -= 1;
      request.socket.resetAndDestroy();
    });
  });
  const events = await app.page.evaluate(async (size) => {
    const { OomolConnectClient } = window.connect;
    const client = new OomolConnectClient({
      resumableAboveBytes: 1_000_000,
      retry: { baseMs: 5, maxMs: 20 },
    });
    const file = new File([new Uint8Array(size).fill(7)], "video.mp4", { type: "video/mp4" });
    const seen: { phase: string; loaded: number; total: number | undefined }[] = [];
    await client.tasks.create(
      { blockId: "a::b", files: { film: file } },
      { onUploadProgress: ({ phase, loaded, total }) => seen.push({ phase, loaded, total }) },
    );
    return seen;
  }, sizeBytes);
  expect(breaks).toBe(0);
  expect(app.tus.tasks).toEqual([[expect.objectContaining({ ...taken, handle: "film" })]]);
  // A form would have brought a million bytes of each attempt for nothing.
  expect(app.tus.receivedBytes()).toBeLessThan(sizeBytes + 1_000_000);
  const loaded = events.map((event) => event.loaded);
  expect(loaded).toEqual([...loaded].sort((one, other) => one - other));
  expect(events.at(-1)).toEqual({ phase: "accepted", loaded: sizeBytes, total: sizeBytes });
});

test("a reload goes on by what the page has stored, once the file is chosen again", {
  timeout: 60_000,
}, async () => {
  const stuck = Promise.withResolvers<void>();
  let isStuck = true;
  await using app = await openApp((request) => {
    let receivedBytes = 0;
    if (!isStuck) return;
    request.on("data", (chunk: Buffer) => {
      receivedBytes += chunk.length;
      if (receivedBytes < 2_000_000) return;
      request.pause();
      stuck.resolve();
    });
  });
  const { page } = app;
  await page.evaluate(async (size) => {
    const file = new File([new Uint8Array(size).fill(7)], "video.mp4", {
      type: "video/mp4",
      lastModified: 1,
    });
    const upload = await (await new window.connect.OomolConnectClient().uploads()).start(file);
    localStorage.setItem("upload", JSON.stringify(upload));
  }, sizeBytes);
  await stuck.promise;
  isStuck = false;
  await page.reload();
  await page.waitForFunction(() => "connect" in window);
  const outcome = await page.evaluate(async (size) => {
    const stored = JSON.parse(localStorage.getItem("upload") ?? "");
    const client = new window.connect.OomolConnectClient();
    const uploads = await client.uploads();
    const fileOf = (lastModified: number) =>
      new File([new Uint8Array(size).fill(7)], "video.mp4", { type: "video/mp4", lastModified });
    const other = await uploads.resume(stored, fileOf(2)).catch((failure: Error) => failure.message);
    const upload = await uploads.resume(stored, fileOf(1));
    const { loaded } = upload;
    await client.tasks.create({ blockId: "a::b", files: [upload] });
    return { other, loaded, isSame: upload.id === stored.uploadId };
  }, sizeBytes);
  expect(outcome.other).toContain("lastModifiedMs is 2, not 1");
  expect(outcome.isSame).toBe(true);
  expect(outcome.loaded).toBeGreaterThan(1_000_000);
  expect(app.tus.tasks).toEqual([[expect.objectContaining(taken)]]);
});

test("a page that leaves an upload has the server forget it", { timeout: 60_000 }, async () => {
  await using app = await openApp();
  await app.page.evaluate(async (size) => {
    const client = new window.connect.OomolConnectClient({ resumableAboveBytes: 1_000_000 });
    const leaving = new AbortController();
    const file = new File([new Uint8Array(size)], "video.mp4");
    const onUploadProgress = () => leaving.abort();
    await client.tasks
      .run({ blockId: "a::b", files: [file] }, { signal: leaving.signal, onUploadProgress })
      .catch(() => undefined);
    await client.close();
  }, sizeBytes);
  expect(app.tus.tasks).toEqual([]);
  // The proxy may have passed on the request that was cut off after this one.
  expect(app.tus.requests).toContainEqual(expect.stringMatching(/^DELETE /));
});

/** A page with the proxy at `/api`; `onPatch` sees its requests that send bytes. */
async function openApp(
  onPatch: (request: IncomingMessage) => void = () => undefined,
): Promise<OpenPage & { tus: ServedTus }> {
  const tus = await serveTus();
  const proxy = createConnectProxy({ baseUrl: tus.baseUrl, allowBlocks: ["a::*"], authorize: "public" });
  const answer = getRequestListener(proxy, { overrideGlobalObjects: false });
  const opened = await openPage(async (request, response) => {
    if (request.method === "PATCH") onPatch(request);
    await answer(request, response);
  });
  return {
    ...opened,
    tus,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await tus[Symbol.asyncDispose]();
    },
  };
}
