import { source as axe } from "axe-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeViolations } from "./helpers/axe-violations.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("shows every kind of preview", async () => {
  await using opened = await playground.openPage(routeOf("show::everything"));
  const { page, complaints } = opened;
  await run(page);
  await untilStatus(page, "completed");
  await page.getByRole("heading", { name: "A report" }).waitFor();
  const html = page.locator(".preview[data-type=html]");
  await html.scrollIntoViewIfNeeded();
  await html.frameLocator("iframe").getByText("HTML of a block").waitFor();
  await page.getByText("/nowhere/film.mp4").waitFor();
  const table = page.getByRole("region", { name: /^Table/ });
  await table.getByRole("columnheader", { name: "square" }).waitFor();
  await page.getByText("100,000 rows").waitFor();
  expect(await table.getByRole("row").count()).toBeLessThan(60);
  await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await table.getByRole("cell", { name: "10000000000" }).waitFor();
  const images = page.locator(".preview img");
  expect(await images.count()).toBe(2);
  for (const image of await images.all()) {
    await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(420);
  }
  expect(complaints).toEqual([]);
});

test("previews of a hostile block reach nothing of the page", async () => {
  await using opened = await playground.openPage(routeOf("show::hostile"));
  const { page } = opened;
  await page.evaluate(() => sessionStorage.setItem("oomol-connect.token", "a secret"));
  await run(page);
  await untilStatus(page, "completed");
  await page.getByRole("heading", { name: "Hostile", level: 1 }).last().waitFor();
  // The frame's own scripts do run: what they were refused they report themselves.
  const report = page.frameLocator(".preview[data-type=html] iframe").locator("body[data-report]");
  const attempts = (await report.getAttribute("data-report"))?.split(" ") ?? [];
  expect(attempts).toHaveLength(11);
  expect(attempts.filter((attempt) => !attempt.endsWith(":refused"))).toEqual([]);
  await page.frameLocator(".preview[data-type=html] iframe").locator("body[data-network=refused]").waitFor();
  expect(page.context().pages()).toHaveLength(1);
  for (const frame of await page.locator("iframe").all()) {
    expect(await frame.getAttribute("sandbox")).toBe("allow-scripts");
  }
  const markdown = page.locator(".markdown");
  expect(await markdown.locator("script, form, input, iframe, svg, [style], [onerror]").count()).toBe(0);
  expect(await markdown.getByText("press").getAttribute("href")).toBeNull();
  const stolen = await page.evaluate(() => [Reflect.get(window, "stolen"), localStorage.getItem("stolen")]);
  expect(stolen).toEqual([undefined, null]);
  expect(page.url()).toContain("hostile");
});

test("says kindly that a server installs nothing", async () => {
  await using opened = await playground.openPage("#/packages");
  const { page } = opened;
  await page.getByText("audio-lab", { exact: true }).last().waitFor();
  await page.route("**/api/packages/install", (route) => route.fulfill({ status: 501, body: "{}" }));
  await page.getByLabel("Name").fill("something");
  await page.getByLabel("Version").fill("1.0.0");
  await page.getByRole("button", { name: "Install" }).click();
  await page.getByText("does not install packages").waitFor();
});

test("speaks Chinese, and remembers it", async () => {
  await using opened = await playground.openPage(routeOf("audio-lab::text-to-audio"));
  const { page } = opened;
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("button", { name: "运行" }).click();
  await page.getByText("此项必填。").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "输入" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
});

// What colours do not change need not be asked twice.
const axeRuns = { light: {}, dark: { runOnly: ["color-contrast"] } };

test.for(["light", "dark"] as const)(
  "has no axe violation in %s colours",
  { timeout: 60_000 },
  async (colorScheme) => {
    const options = { colorScheme, reducedMotion: "reduce", bypassCSP: true } as const;
    for (const route of [
      "#/",
      "#/packages",
      "#/status",
      routeOf("show::form"),
      routeOf("show::everything"),
    ]) {
      await using opened = await playground.openPage(route, options);
      const { page } = opened;
      await page.getByRole("heading", { level: 1 }).waitFor();
      if (route.includes("everything")) {
        await run(page);
        await untilStatus(page, "completed");
        await page.locator(".preview[data-type=html]").scrollIntoViewIfNeeded();
        await page.locator(".preview iframe").waitFor();
      }
      await page.evaluate(axe);
      const violations = await axeViolations(page, axeRuns[colorScheme]);
      expect(violations, route).toEqual([]);
    }
  },
);

test("fits a phone without scrolling sideways, one thing at a time", async () => {
  const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  await using opened = await playground.openPage("#/", options);
  const { page } = opened;
  await page.getByRole("link", { name: /Text to audio/ }).tap();
  await page.getByRole("heading", { name: "Text to audio" }).waitFor();
  expect(await page.getByRole("searchbox").isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByRole("link", { name: "All blocks" }).tap();
  await page.getByRole("searchbox").waitFor();
});
