import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAppForFile } from "./helpers/open-app.ts";
import { ReactApp } from "./helpers/react-app.tsx";

const app = openAppForFile(fileURLToPath(new URL("./helpers/react-page.tsx", import.meta.url)));

/** Requests of the page since the last test, as `METHOD path`. */
const requests: string[] = [];
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;

beforeEach(async () => {
  folder = await createTemporaryFolder();
  await openPage();
});
afterEach(async () => {
  await app().page.evaluate(() => {
    window.app.unmount();
    sessionStorage.clear();
  });
  await folder[Symbol.asyncDispose]();
});

describe.each([
  ["StrictMode", true],
  ["a component that is hidden and shown", false],
])("in %s", (_, isStrict) => {
  test("a block is started once, followed and resumed after a reload", async () => {
    await mount(isStrict);
    await press("#run", "start");
    const shown = {
      status: "running",
      percent: 40,
      text: "first line\n",
      isRunning: true,
      previews: [
        { type: "markdown", data: "final", id: "a" },
        { type: "markdown", data: "other" },
      ],
    };
    await expect.poll(() => read("#run")).toMatchObject(shown);
    const { taskId } = await read("#run");
    expect(requests.filter((one) => one === "POST /api/v1/tasks")).toHaveLength(1);

    await app().page.reload();
    await mount(isStrict);
    await expect.poll(() => read("#run")).toMatchObject({ ...shown, taskId });
    await writeFile(folder.file("told"), "");
    const ended = {
      status: "completed",
      percent: 100,
      isRunning: false,
      result: { told: folder.file("told") },
    };
    await expect.poll(() => read("#run")).toMatchObject({ ...shown, ...ended, taskId });

    await app().page.reload();
    await mount(isStrict);
    await expect.poll(() => read("#run")).toMatchObject({ ...shown, ...ended, taskId });
    await press("#run", "reset");
    await expect.poll(() => read("#run")).toEqual(idle);
    expect(requests.filter((one) => one === "POST /api/v1/tasks")).toHaveLength(1);
  });

  test("a task is stopped; the next may start", async () => {
    await mount(isStrict);
    await press("#run", "start");
    await expect.poll(() => read("#run")).toMatchObject({ status: "running" });
    const { taskId } = await read("#run");
    await press("#run", "stop");
    await expect.poll(() => read("#run")).toMatchObject({ status: "stopped", isRunning: false });
    await writeFile(folder.file("told"), "");
    await press("#run", "start");
    await expect.poll(() => read("#run")).toMatchObject({ status: "completed" });
    expect((await read("#run")).taskId).not.toBe(taskId);
  });
});

test("what the server refuses is the error, and another start is possible", async () => {
  await mount(true);
  await press("#run", "refused");
  const refused = { status: "idle", isRunning: false, error: expect.stringContaining("answered with 400") };
  await expect.poll(() => read("#run")).toMatchObject(refused);
  await writeFile(folder.file("told"), "");
  await press("#run", "start");
  await expect.poll(() => read("#run")).toMatchObject({ status: "completed" });
  expect(await read("#run")).not.toHaveProperty("error");
});

test("an unmount ends every request; the task goes on, and is followed again", async () => {
  await mount(false);
  await press("#run", "start");
  await expect.poll(() => read("#run")).toMatchObject({ percent: 40 });
  const { taskId } = await read("#run");
  const ended = app().page.waitForEvent("requestfailed", (one) => one.url().includes(taskId));
  await app().page.click("#toggle");
  await ended;
  requests.length = 0;
  await writeFile(folder.file("told"), "");
  const { status } = await app().page.evaluate(
    (id) => new window.connect.OomolConnectClient().tasks.waitForCompletion(id),
    taskId,
  );
  expect(status).toBe("completed");
  // All of them are those of this test's own client.
  expect(requests.filter((one) => !one.includes(`/tasks/${taskId}`))).toEqual([]);
  await app().page.click("#toggle");
  await expect.poll(() => read("#run")).toMatchObject({ status: "completed", taskId });
});

test("a task that the server has forgotten is forgotten", async () => {
  await app().page.evaluate(() =>
    sessionStorage.setItem("oomol-connect:show::steps", '{"taskId":"no-such-task"}'),
  );
  await mount(true);
  await expect.poll(() => read("#run")).toEqual(idle);
  expect(await app().page.evaluate(() => sessionStorage.length)).toBe(0);
});

test.each(["", "{", "[]", '{"taskId":7}', "null"])("%j in the storage is no task", async (text) => {
  await app().page.evaluate((value) => sessionStorage.setItem("oomol-connect:show::steps", value), text);
  await mount(true);
  await expect.poll(() => read("#one")).toMatchObject({ isLoading: false });
  expect(await read("#run")).toEqual(idle);
});

test("files are sent with their progress, and a block runs with them", async () => {
  await mount(true);
  await press("#upload", "small");
  await expect
    .poll(() => read("#upload"))
    .toMatchObject({
      status: "completed",
      fraction: 1,
      isUploading: false,
      result: { name: "zeros.bin", size_bytes: 1_000_000 },
    });
});

test("stopping an upload cuts it off", async () => {
  await mount(true);
  app().breakNext("stall");
  await press("#upload", "large");
  await expect.poll(() => read("#upload")).toMatchObject({ status: "starting", isUploading: true });
  expect(app().broken).toEqual([]);
  await press("#upload", "stop");
  await expect.poll(() => app().broken).toEqual(["stall"]);
  expect(await read("#upload")).toEqual({ isUploading: false, status: "idle" });
});

test("components share one request for the blocks, and see them anew", async () => {
  await mount(false);
  const ids = expect.arrayContaining(["show::steps", "pkg::file-processor"]);
  await expect.poll(() => read("#one")).toMatchObject({ ids, isLoading: false });
  expect(await read("#two")).toEqual(await read("#one"));
  const asked = () => requests.filter((one) => one.startsWith("GET /api/v1/blocks"));
  expect(asked()).toHaveLength(1);
  await app().page.route("**/api/v1/blocks*", (route) =>
    route.fulfill({ status: 403, body: '{"error":"not you"}' }),
  );
  await press("#two", "refresh");
  await expect.poll(() => read("#one")).toMatchObject({ ids, error: expect.stringContaining("not you") });
  await app().page.unroute("**/api/v1/blocks*");
});

test("what a server renders becomes the page's own, without a request of the server", async () => {
  await writeFile(folder.file("told"), "");
  const html = renderToString(createElement(ReactApp));
  await app().page.evaluate((given) => window.app.hydrate(given), html);
  await press("#run", "start");
  await expect.poll(() => read("#run")).toMatchObject({ status: "completed" });
  expect(await app().page.evaluate(() => window.app.problems)).toEqual([]);
});

const idle = { status: "idle", text: "", previews: [], warnings: [], isRunning: false };

/** The page anew, which tells the block what to wait for. */
async function openPage(): Promise<void> {
  const { page, server } = app();
  page.removeAllListeners("request");
  page.on("request", (one) => requests.push(`${one.method()} ${new URL(one.url()).pathname}`));
  await page.goto(`${server.origin}/?signal=${encodeURIComponent(folder.file("told"))}`);
  await page.waitForFunction(() => "app" in window);
  requests.length = 0;
}

async function mount(isStrict: boolean): Promise<void> {
  await app().page.waitForFunction(() => "app" in window);
  await app().page.evaluate((strict) => window.app.mount(strict), isStrict);
  await app().page.waitForSelector("#two output");
}

/** By the page itself, so that three presses come in one tick if the page says so. */
async function press(section: string, name: string): Promise<void> {
  await app().page.$eval(`${section} [name=${name}]`, (button) => (button as HTMLElement).click());
}

// biome-ignore lint/suspicious/noExplicitAny: what a section shows is compared as it is
async function read(section: string): Promise<any> {
  return JSON.parse((await app().page.textContent(`${section} output`)) ?? "null");
}
