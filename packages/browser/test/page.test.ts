import { mkdir, rm, writeFile } from "node:fs/promises";
import { FakeConnectServer, type FakeTask } from "@oomol/connect-core/testing";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { afterAll, describe, expect, test } from "vitest";
import { dropFiles } from "./helpers/drop-files.ts";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

afterAll(closeBrowser);

describe("in a page with a strict content security policy", { timeout: 60_000 }, () => {
  test("a block runs to its result, through the page's own server and without a token", async () => {
    const fake = new FakeConnectServer();
    await using opened = await openPage(fakeHandler(fake));
    const result = await opened.page.evaluate(async () => {
      const client = new window.connect.OomolConnectClient();
      return (await client.tasks.run({ blockId: "pkg::echo", inputValues: { text: "Hi" } })).result;
    });
    expect(result).toEqual({ text: "Hi" });
    expect(fake.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test("200 MiB are uploaded with progress of one file after the other, and a word at the end", async () => {
    let receivedBytes = 0;
    await using opened = await openPage(async (request, response) => {
      for await (const chunk of request) receivedBytes += chunk.length;
      response.end(createdTask);
    });
    const events = await opened.page.evaluate(async () => {
      const piece = new Uint8Array(2 ** 20);
      const files = ["one", "two"].map((name) => new File(Array(100).fill(piece), name));
      const seen: { phase: string; loaded: number; index: number; fraction: number | undefined }[] = [];
      await new window.connect.OomolConnectClient().tasks.createWithFiles("pkg::block", {}, files, {
        onUploadProgress: ({ phase, loaded, fraction, file: { index } }) =>
          seen.push({ phase, loaded, fraction, index }),
      });
      return seen;
    });
    expect(receivedBytes).toBeGreaterThan(200 * 2 ** 20);
    const loaded = events.map((event) => event.loaded);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(events.length).toBeGreaterThan(3);
    expect(new Set(events.map(({ index }) => index))).toEqual(new Set([0, 1]));
    expect(events.at(-1)).toEqual({ phase: "accepted", loaded: 200 * 2 ** 20, fraction: 1, index: 1 });
  });

  test("a redirect is told as one, not followed", async () => {
    const fake = new FakeConnectServer();
    fake.inject({ kind: "status", status: 302, headers: { location: "/login" } }, { path: /tasks/ });
    await using opened = await openPage(fakeHandler(fake));
    const failure = await opened.page.evaluate(async () => {
      const client = new window.connect.OomolConnectClient();
      const { message, status } = await client.tasks.list().catch((caught) => caught);
      return { message, status };
    });
    expect(failure).toEqual({
      message: "GET /v1/tasks was answered with a redirect. Redirects are not followed: check `baseUrl`.",
      status: 0,
    });
    expect(fake.requests).toHaveLength(1);
  });

  test("a wrong token is told, a literal one warned of, neither shown", async () => {
    await using opened = await openPage(fakeHandler(new FakeConnectServer({ apiToken: "api-right" })));
    const warnings: string[] = [];
    opened.page.on("console", (message) => warnings.push(message.text()));
    const failure = await opened.page.evaluate(async () => {
      const client = new window.connect.OomolConnectClient({ apiToken: "api-canary" });
      return String(await client.tasks.list().catch((caught: unknown) => caught));
    });
    expect(failure).toContain("401");
    expect(warnings.filter((warning) => warning.includes("proxy"))).toHaveLength(1);
    expect(failure + warnings.join()).not.toContain("api-canary");
  });
});

describe("what a page has for a file", { timeout: 60_000 }, () => {
  test("a list, an input, a canvas, what was copied, and named data", async () => {
    const fake = new FakeConnectServer();
    await using opened = await openPage(fakeHandler(fake));
    await opened.page.evaluate(async () => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["a"], "listed.txt", { type: "text/plain" }));
      const input = Object.assign(document.createElement("input"), { type: "file", files: transfer.files });
      const canvas = Object.assign(document.createElement("canvas"), { width: 2, height: 2 });
      const copied = new ClipboardItem({ "image/png": new Blob(["png"], { type: "image/png" }) });
      const offscreen = new OffscreenCanvas(2, 2);
      offscreen.getContext("2d");
      const sources = [transfer.files, input, canvas, offscreen, copied, transfer];
      const named = { data: canvas, name: "photo.webp", type: "image/webp" };
      await new window.connect.OomolConnectClient().tasks.createWithFiles("pkg::block", {}, [
        ...sources,
        named,
        { data: "text", name: "text.md" },
      ]);
    });
    expect(filesOf(fake).map(({ name, type }) => [name, type])).toEqual([
      ["listed.txt", "text/plain"],
      ["listed.txt", "text/plain"],
      ["canvas.png", "image/png"],
      ["canvas.png", "image/png"],
      ["clipboard.png", "image/png"],
      ["listed.txt", "text/plain"],
      ["photo.webp", "image/webp"],
      ["text.md", "application/octet-stream"],
    ]);
  });

  test("a dropped folder is walked, and its files keep their place in it", async () => {
    await using folder = await createTemporaryFolder();
    await mkdir(folder.file("album/inner"), { recursive: true });
    await writeFile(folder.file("album/one.txt"), "1");
    await writeFile(folder.file("album/inner/two.txt"), "22");
    await writeFile(folder.file("single.txt"), "333");
    const fake = new FakeConnectServer();
    await using opened = await openPage(fakeHandler(fake));
    await dropFiles(opened.page, [folder.file("album"), folder.file("single.txt")], "pkg::block");
    expect(filesOf(fake).map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ["album/inner/two.txt", 2],
      ["album/one.txt", 1],
      ["single.txt", 3],
    ]);
  });

  test("anything else is refused with all that is accepted", async () => {
    await using opened = await openPage(fakeHandler(new FakeConnectServer()));
    const failures = await opened.page.evaluate(async () => {
      const { tasks } = new window.connect.OomolConnectClient();
      const wrong: unknown[] = [7, {}, document.createElement("input"), new DataTransfer()];
      // What programs without types pass.
      const create = (source: unknown) => tasks.createWithFiles("pkg::block", {}, source as File);
      return Promise.all(wrong.map((source) => create(source).catch((caught: unknown) => String(caught))));
    });
    expect(failures.slice(0, 2).map(String).join()).toMatch(/DataTransfer.*canvas.*DataTransfer.*canvas/s);
    expect(failures.slice(2).map(String).join()).toMatch(/holds no file.*holds no file/s);
  });
});

describe("a file that cannot be read any more is named, and nothing is sent in its place", {
  timeout: 60_000,
}, () => {
  test.each<[string, (path: string) => Promise<void>]>([
    ["changed", (path) => writeFile(path, "something else, and longer")],
    ["emptied", (path) => writeFile(path, "")],
    ["deleted", (path) => rm(path)],
  ])("%s after it was chosen", async (_, spoil) => {
    await using folder = await createTemporaryFolder();
    const paths = [folder.file("whole.txt"), folder.file("gone.txt")];
    for (const path of paths) await writeFile(path, "what was chosen");
    const fake = new FakeConnectServer();
    await using opened = await openPage(fakeHandler(fake));
    const { page } = opened;
    await page.evaluate(() => {
      const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
      document.body.append(input);
    });
    // By the browser itself: Playwright would copy the files first.
    const session = await page.context().newCDPSession(page);
    const { root } = await session.send("DOM.getDocument");
    const input = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector: "input" });
    await session.send("DOM.setFileInputFiles", { files: paths, nodeId: input.nodeId });
    await spoil(paths[1] ?? "");
    const failure = await page.evaluate(async () => {
      const input = document.querySelector("input");
      if (!input) throw new Error("There is no input.");
      const created = new window.connect.OomolConnectClient().tasks.create({
        blockId: "a::b",
        files: [input],
      });
      return created.then(() => "created", String);
    });
    expect(failure).toBe(
      'InvalidInputError: files[1]: "gone.txt" cannot be read any more: it was changed or deleted after it was chosen. Choose it again.',
    );
    expect(fake.requests).toEqual([]);
  });
});

test("more than a thousand files are refused before one of them is sent", { timeout: 60_000 }, async () => {
  await using folder = await createTemporaryFolder();
  const large = folder.file("large");
  await mkdir(large);
  await Promise.all(Array.from({ length: 1_100 }, (_, index) => writeFile(`${large}/${index}.txt`, "a")));
  const fake = new FakeConnectServer();
  await using opened = await openPage(fakeHandler(fake));
  await expect(dropFiles(opened.page, [large], "a::b")).rejects.toThrow(/are more than 1000, the most/);
  expect(fake.requests).toEqual([]);
});

test("a page that is offline says so, and that nothing was sent", { timeout: 60_000 }, async () => {
  await using opened = await openPage(fakeHandler(new FakeConnectServer()));
  const { page } = opened;
  await page.context().setOffline(true);
  const failures = await page.evaluate(async () => {
    const { tasks } = new window.connect.OomolConnectClient({ retry: false });
    const keep = (failure: Error) => [String(failure), Reflect.get(failure, "mayHaveHappened")];
    const files = [new File(["a"], "a")];
    return [
      await tasks.create({ blockId: "a::b" }).catch(keep),
      await tasks.create({ blockId: "a::b", files }).catch(keep),
    ];
  });
  for (const failure of failures) {
    expect(failure).toEqual([expect.stringMatching(/got no answer: the page is offline\.$/), false]);
  }
});

test("a wait looks again when the page is back online", { timeout: 60_000 }, async () => {
  let task: FakeTask | undefined;
  const fake = new FakeConnectServer({
    onTask: (created) => {
      task = created;
    },
  });
  await using opened = await openPage(fakeHandler(fake));
  const { page } = opened;
  await page.evaluate(() => {
    window.client = new window.connect.OomolConnectClient();
    // Left to itself it would look again in an hour.
    const onProgress = () => void Object.assign(window, { looked: true });
    const options = { intervalMs: 3_600_000, maxIntervalMs: 3_600_000, onProgress };
    const run = window.client.tasks.run({ blockId: "pkg::slow", inputValues: {} }, options);
    Object.assign(window, { result: run.then(({ result }) => result) });
  });
  await page.waitForFunction(() => "looked" in window);
  await page.context().setOffline(true);
  task?.complete({ done: true });
  await page.context().setOffline(false);
  expect(await page.evaluate(() => Reflect.get(window, "result"))).toEqual({ done: true });
});

const createdTask = JSON.stringify({
  task: { id: "1", status: "created", project_id: "p", manifest_path: "m", created_at: 1, updated_at: 1 },
});

function filesOf(fake: FakeConnectServer) {
  return [...fake.tasks.values()].flatMap((task) => task.files);
}
