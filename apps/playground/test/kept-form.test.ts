import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

/** A page on which an upload has begun whose bytes arrive when they are let through. */
async function openWithUpload() {
  const opened = await playground.openPage(routeOf("pkg::file-processor"));
  const { page } = opened;
  const held = Promise.withResolvers<void>();
  await page.route("**/v1/tasks", async (route) => {
    if (route.request().method() === "POST") await held.promise;
    await route.continue();
  });
  const file = { name: "kept.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(1_000) };
  await page.locator("input[type=file]").setInputFiles(file);
  await run(page);
  await page.getByRole("button", { name: "Stop" }).waitFor();
  const goTo = async (title: string) => {
    await page.getByRole("link", { name: new RegExp(`^${title}`) }).click();
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  };
  return { page, goTo, letThrough: held.resolve, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
}

test("an upload goes on while another block is looked at, with its file, its bar and its Stop", async () => {
  await using opened = await openWithUpload();
  const { page, goTo, letThrough } = opened;
  await goTo("Slow");
  expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
  await goTo("File processor");
  await page.getByText("kept.bin", { exact: true }).waitFor();
  await page.getByRole("progressbar", { name: "Uploading…" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  letThrough();
  await untilStatus(page, "completed");
});

test("an upload that has ended does not take away the page of another block", async () => {
  await using opened = await openWithUpload();
  const { page, goTo, letThrough } = opened;
  await goTo("Slow");
  letThrough();
  const noted = () => page.evaluate(() => localStorage.getItem("oomol-connect.history"));
  await expect.poll(noted).toContain("pkg::file-processor");
  expect(page.url().endsWith(routeOf("show::slow"))).toBe(true);
  await page.getByRole("button", { name: "History" }).click();
  await page
    .getByRole("link", { name: /^File processor.*Done/ })
    .first()
    .click();
  await untilStatus(page, "completed");
});

test("what was typed is still there after another block was looked at", async () => {
  await using opened = await playground.openPage(routeOf("show::slow"));
  const { page } = opened;
  await page.getByRole("textbox", { name: "seconds" }).fill("7");
  await page.getByRole("link", { name: /^Broken/ }).click();
  await page.getByRole("heading", { name: "Broken", level: 1 }).waitFor();
  await page.getByRole("link", { name: /^Slow/ }).click();
  await page.getByRole("heading", { name: "Slow", level: 1 }).waitFor();
  expect(await page.getByRole("textbox", { name: "seconds" }).inputValue()).toBe("7");
  await page.getByRole("button", { name: "Reset" }).click();
  expect(await page.getByRole("textbox", { name: "seconds" }).inputValue()).toBe("60");
});
