import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const places: [name: string, route: string, open: (page: Page) => Promise<unknown>][] = [
  ["the list of blocks", "#/", (page) => page.getByText("Text to audio").first().waitFor()],
  ["the status", "#/status", (page) => page.getByRole("heading", { name: "Workers" }).waitFor()],
  ["a form", routeOf("show::form"), (page) => page.getByRole("textbox", { name: "name" }).waitFor()],
  ["a form in levels", routeOf("show::nested"), (page) => page.locator("form.card").waitFor()],
  ["a file", routeOf("pkg::file-processor"), (page) => page.locator(".drop").waitFor()],
  [
    "previews, a result and the history",
    routeOf("show::everything"),
    async (page) => {
      await run(page);
      await untilStatus(page, "completed");
      await page.getByRole("link", { name: "All blocks" }).click();
      await page.getByRole("button", { name: "History" }).click();
      await page.locator(".history-item .pill[data-status=completed]").first().waitFor();
      await page.locator(".history-item a").first().click();
      await untilStatus(page, "completed");
    },
  ],
  [
    "the history",
    "#/",
    async (page) => {
      await page.getByRole("button", { name: "History" }).click();
      await page.locator(".history-item").first().waitFor();
    },
  ],
];

test.for(places)("on a phone, a finger finds what can be pressed: %s", async ([, route, open]) => {
  await using opened = await playground.openPage(route, phone);
  await open(opened.page);
  expect(await smallTargets(opened.page)).toEqual([]);
});

/** What is not hit 21 pixels beside its middle. Links within a text are as high as its lines, and the first button is for keyboards. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const targets = document.querySelectorAll<HTMLElement>("a, button, input, select, textarea, summary");
    const isReached = (target: HTMLElement) => {
      target.scrollIntoView({ block: "center" });
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const around: [number, number][] = [
        [x - 21, y],
        [x + 21, y],
        [x, y - 21],
        [x, y + 21],
      ];
      return around.every(([atX, atY]) => {
        const hit = document.elementFromPoint(atX, atY);
        return target.contains(hit) || hit?.closest("label")?.contains(target);
      });
    };
    return [...targets]
      .filter((target) => target.checkVisibility() && target.getBoundingClientRect().width > 1)
      .filter((target) => target.closest(".markdown, .skip") === null && !isReached(target))
      .map((target) => target.outerHTML.slice(0, 120));
  });
}
