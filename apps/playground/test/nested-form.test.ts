import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

// Inputs that are objects and arrays: each part has a field of its own.
let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("parts have fields with their defaults, are checked as they are typed, and are sent", async () => {
  await using opened = await playground.openPage(routeOf("show::nested"));
  const { page, complaints } = opened;
  const poster = page.getByRole("group", { name: /^poster/ });
  const size = poster.getByRole("group", { name: /^size/ });
  expect(await poster.getByRole("textbox", { name: "title" }).inputValue()).toBe("Spring fair");
  expect(await size.getByRole("textbox", { name: "width" }).inputValue()).toBe("420");

  await size.getByRole("textbox", { name: "width" }).fill("0");
  await size.getByText("The minimum is 1.").waitFor();
  await run(page);
  expect(await page.locator(".output .pill").count()).toBe(0);
  expect(await size.getByRole("textbox", { name: "width" }).evaluate(hasFocus)).toBe(true);

  await size.getByRole("textbox", { name: "width" }).fill("300");
  await poster.getByRole("button", { name: "Add to tags" }).click();
  await poster.getByRole("textbox", { name: "tags 2" }).fill("spring");
  expect(await poster.getByRole("button", { name: "Add to tags" }).isDisabled()).toBe(true);
  await poster.getByRole("button", { name: "Remove tags 1" }).click();
  const layer = page.getByRole("group", { name: /^layers 1/ });
  await layer.getByRole("textbox", { name: "name" }).fill("Sky");
  await layer.getByRole("switch", { name: "visible" }).check();
  await run(page);
  await untilStatus(page, "completed");
  const result = JSON.parse((await page.getByRole("region", { name: "Result" }).textContent()) ?? "");
  const sent = {
    poster: { title: "Spring fair", size: { width: 300, height: 594 }, tags: ["spring"] },
    layers: [{ name: "Sky", blend: "normal", visible: true }],
  };
  expect(result.received).toEqual(sent);

  await page.reload();
  await layer.getByRole("textbox", { name: "name" }).waitFor();
  expect(await layer.getByRole("textbox", { name: "name" }).inputValue()).toBe("Sky");
  expect(await poster.getByRole("textbox", { name: "tags 1" }).inputValue()).toBe("spring");
  expect(complaints).toEqual([]);
});

test("items are added, filled in and removed by keyboard alone; the focus goes where it is wanted", async () => {
  await using opened = await playground.openPage(routeOf("show::nested"));
  const { page } = opened;
  const layers = page.getByRole("group", { name: /^layers/ }).first();
  await layers.getByRole("button", { name: "Add to layers" }).focus();
  await page.keyboard.press("Enter");
  const second = page.getByRole("group", { name: /^layers 2/ }).getByRole("textbox", { name: "name" });
  await expect.poll(() => second.evaluate(hasFocus)).toBe(true);
  await page.keyboard.type("Hills");
  expect(await second.inputValue()).toBe("Hills");
  const remove = (number: number) => page.getByRole("button", { name: `Remove layers ${number}` });
  await remove(1).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => remove(1).evaluate(hasFocus)).toBe(true);
  const first = page.getByRole("group", { name: /^layers 1/ }).getByRole("textbox", { name: "name" });
  expect(await first.inputValue()).toBe("Hills");
  await page.keyboard.press("Enter");
  const add = page.getByRole("button", { name: "Add to layers" });
  await expect.poll(() => add.evaluate(hasFocus)).toBe(true);
  await layers.getByText("Add at least 1.").waitFor();
});

test("a phone shows them without scrolling sideways", async () => {
  const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  await using opened = await playground.openPage(routeOf("show::nested"), options);
  await opened.page.getByRole("group", { name: /^layers 1/ }).waitFor();
  expect(await opened.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

function hasFocus(element: Element): boolean {
  return element === document.activeElement;
}
