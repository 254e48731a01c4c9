import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

const screens = [
  ["on a phone", { viewport: { width: 390, height: 480 }, hasTouch: true, isMobile: true }],
  ["on a wide page", { viewport: { width: 1280, height: 480 } }],
] as const;

async function open(blockId: string, inputs: Record<string, unknown>, status: string, options: object) {
  const route = await startTask(playground.connect.url, blockId, inputs);
  const opened = await playground.openPage(route, options);
  await untilStatus(opened.page, status);
  return opened;
}

/** Whether all of it is in the window, with nothing before it. */
async function isInSight(page: Page, part: Locator): Promise<boolean> {
  const box = await part.boundingBox();
  const { height = 0 } = page.viewportSize() ?? {};
  if (!box || box.y < 0 || box.y + box.height > height) return false;
  return part.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && (element.contains(hit) || hit.contains(element));
  });
}

test.for(screens)("%s, each part is one tap away, below the state of the task", async ([, options]) => {
  await using opened = await open("show::everything", {}, "completed", options);
  const { page } = opened;
  const links = page.getByRole("navigation", { name: "Parts of this page" });
  for (const [link, heading] of [
    ["Result", page.getByRole("heading", { name: "Result" })],
    ["Preview", page.getByRole("heading", { name: "Preview" })],
  ] as const) {
    await links.getByRole("button", { name: link, exact: true }).click();
    await expect.poll(() => isInSight(page, heading)).toBe(true);
    await expect.poll(() => isInSight(page, page.locator(".output .pill"))).toBe(true);
  }
  await links.getByRole("button", { name: "Code" }).click();
  await expect.poll(() => isInSight(page, page.getByRole("heading", { name: /in code/ }))).toBe(true);
});

test.for(screens)("%s, state, percent and Stop stay in sight of who reads the logs", async ([, options]) => {
  await using opened = await open("show::slow", { seconds: 60 }, "running", options);
  const { page } = opened;
  await page.getByText("Step 20", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Logs", exact: true }).click();
  const stop = page.getByRole("button", { name: "Stop" });
  const parts = [stop, page.locator(".output .pill"), page.locator(".run-percent"), page.locator(".log")];
  for (const part of parts) await expect.poll(() => isInSight(page, part)).toBe(true);
  await stop.click();
  await untilStatus(page, "stopped");
});

test.for(screens)("%s, the error stays in sight, with the author's place in it", async ([, options]) => {
  await using opened = await open("show::broken", { seconds: 1 }, "failed", options);
  const { page } = opened;
  await page.getByRole("button", { name: "Logs", exact: true }).click();
  const alert = page.getByRole("alert");
  for (const part of [alert, page.locator(".output .pill"), page.getByText("Trying 1 times")])
    await expect.poll(() => isInSight(page, part)).toBe(true);
  expect(await alert.textContent()).toContain("Error: 503: 42 (main.js:4)");
  const stack = await page.getByRole("region", { name: "What went wrong" }).textContent();
  expect(stack).toMatch(/broken\/main\.js:4:9/);
  expect(stack?.trim().split("\n")).toHaveLength(1);
});
