import { json } from "node:stream/consumers";
import type { Download, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { longestTask } from "./helpers/longest-task.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

const mostMs = 200;

test.for(["text", "records"])(
  "a result of 20 MB of %s is shown, read on and saved while the page answers",
  async (shape) => {
    const route = await startTask(playground.connect.url, "show::large", { shape });
    await using opened = await playground.openPage();
    const { page } = opened;
    const result = page.getByRole("region", { name: "Result" });
    const shown = () => result.evaluate((element) => element.textContent?.length ?? 0);
    const open = async () => {
      await page.goto(playground.app.url + route);
      await untilStatus(page, "completed");
      await result.waitFor();
    };
    expect(await longestTask(playground.browser, page, open)).toBeLessThan(mostMs);
    const first = await shown();
    expect(first).toBeGreaterThan(20_000);
    expect(first).toBeLessThan(60_000);

    expect(await longestTask(playground.browser, page, () => readOn(page, 4))).toBeLessThan(mostMs);
    expect(await shown()).toBeGreaterThan(first * 4);
    expect(await shown()).toBeLessThan(first * 6);

    let download: Download | undefined;
    const save = async () => {
      const started = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download" }).click();
      download = await started;
    };
    expect(await longestTask(playground.browser, page, save)).toBeLessThan(mostMs);
    const saved = await download?.createReadStream().then(json);
    expect(Object.keys(saved ?? {}).join("")).toBe("abcdefghijklmnopqrst");
    expect(JSON.stringify(saved).length).toBeGreaterThan(18_000_000);
  },
);

async function readOn(page: Page, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const pages = await page.locator(".output .code pre").count();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.locator(".output .code pre").nth(pages).waitFor();
  }
}
