import { text } from "node:stream/consumers";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

/** How many lines there are, how many have been laid out at the same time, and which is the last in sight. */
const readLog = (page: Page) =>
  page.locator(".log").evaluate((log) => {
    const lines = [...log.querySelectorAll<HTMLElement>("[data-kind]")];
    const { top, bottom } = log.getBoundingClientRect();
    const inSight = lines.filter((line) => {
      const box = line.getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    });
    return {
      lines: lines.length,
      drawn: Number(document.documentElement.dataset.drawn ?? 0),
      isAtEnd: log.scrollHeight - log.scrollTop - log.clientHeight < 2,
      last: inSight.at(-1)?.textContent,
    };
  });

/** Runs in the page: counts the lines that are laid out at the same time, at most. */
function countDrawn(): void {
  const drawn = new Set<EventTarget | null>();
  document.addEventListener("contentvisibilityautostatechange", (event) => {
    if (Reflect.get(event, "skipped") === true) drawn.delete(event.target);
    else drawn.add(event.target);
    const { dataset } = document.documentElement;
    dataset.drawn = String(Math.max(drawn.size, Number(dataset.drawn ?? 0)));
  });
}

test("of 2,000 long lines those in sight are laid out, the last ones first", async () => {
  const route = await startTask(playground.connect.url, "show::talkative", { lines: 2_000, length: 9_500 });
  await using opened = await playground.openPage();
  const { page, complaints } = opened;
  await page.addInitScript(countDrawn);
  await page.goto(playground.app.url + route);
  await page.reload();
  await untilStatus(page, "completed");
  await expect.poll(() => readLog(page)).toMatchObject({ lines: 2_000, isAtEnd: true });
  await expect.poll(async () => (await readLog(page)).last).toMatch(/ends as 2000$/);
  const { drawn } = await readLog(page);
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(100);

  const log = page.getByRole("log");
  await log.focus();
  await log.press("Home");
  await expect.poll(async () => (await readLog(page)).last).toMatch(/^line \d{1,2} /);
  const above = await readLog(page);
  expect(above.drawn).toBeLessThan(100);
  expect(above.isAtEnd).toBe(false);

  // As the browser's own search does.
  const find = (text: string) =>
    page.evaluate((wanted) => Reflect.apply(Reflect.get(window, "find"), window, [wanted]), text);
  expect(await find("and ends as 1234")).toBe(true);
  expect(await page.evaluate(() => String(getSelection()))).toBe("and ends as 1234");
  expect(complaints).toEqual([]);
});

test("short lines are copied, long ones are saved as a file", async () => {
  const few = await startTask(playground.connect.url, "show::talkative", { lines: 3, length: 5 });
  await using opened = await playground.openPage(few, { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = opened;
  await untilStatus(page, "completed");
  await page.getByRole("button", { name: "Copy: Logs" }).click();
  await page.getByRole("button", { name: "Copied: Logs" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trim().split("\n")).toEqual(
    [1, 2, 3].map((line) => `line ${line} says word and ends as ${line}`),
  );

  const many = await startTask(playground.connect.url, "show::talkative", { lines: 200, length: 9_500 });
  await page.goto(playground.app.url + many);
  await untilStatus(page, "completed");
  await page.getByText(/ends as 200$/).waitFor();
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const saved = await (await started).createReadStream().then(text);
  expect(saved.trim().split("\n")).toHaveLength(200);
});
