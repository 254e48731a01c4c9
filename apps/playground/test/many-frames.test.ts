import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("of 300 HTML previews those near the window are alive", async () => {
  const payloads = Array.from({ length: 300 }, (_, index) => ({
    type: "html",
    data: `<!doctype html><p style="height:160px">page ${index}</p>`,
  }));
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  await using opened = await playground.openPage(route);
  const { page, complaints } = opened;
  await untilStatus(page, "completed");
  await page.getByRole("button", { name: "Show all 300" }).click();
  const previews = page.locator(".preview");
  await previews.nth(299).waitFor({ state: "attached" });
  const said = (index: number) => previews.nth(index).frameLocator("iframe").getByText(`page ${index}`);
  const live = () => page.locator("iframe").count();
  await previews.nth(0).scrollIntoViewIfNeeded();
  await said(0).waitFor();
  await expect.poll(live).toBeLessThan(30);
  const { height } = (await previews.nth(0).boundingBox()) ?? {};

  await previews.nth(299).scrollIntoViewIfNeeded();
  await said(299).waitFor();
  await expect.poll(() => previews.nth(0).locator("iframe").count()).toBe(0);
  expect((await previews.nth(0).boundingBox())?.height).toBeCloseTo(height ?? 0, 0);
  await expect.poll(live).toBeLessThan(30);

  // It takes the place that it had, and comes back.
  await previews.nth(0).scrollIntoViewIfNeeded();
  await said(0).waitFor();
  expect((await previews.nth(0).boundingBox())?.height).toBeCloseTo(height ?? 0, 0);
  expect(complaints).toEqual([]);
});
