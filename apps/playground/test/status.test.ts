import { writeFile } from "node:fs/promises";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground({ flags: ["--concurrency", "1"] });
});
afterAll(() => playground[Symbol.asyncDispose]());

/** The paths of the status that a page has asked for so far. */
function countLooks(page: Page): () => number {
  let looks = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/v1/status")) looks += 1;
  });
  return () => looks;
}

test("the status shows what waits and why, who runs it, and what failed, as it changes", async () => {
  await using opened = await playground.openPage("#/");
  const { page, complaints } = opened;
  await page.getByRole("link", { name: "Status" }).click();
  await page.getByRole("heading", { name: "Server status", level: 1 }).waitFor();
  const tile = (name: string) => page.locator(".status-tile", { hasText: name }).locator("strong");
  expect(await tile("Running").textContent()).toBe("0");
  expect(await page.locator(".worker").getByText("audio-lab").count()).toBe(1);
  await startTask(playground.connect.url, "show::broken", { seconds: 1 });
  await page.getByRole("link", { name: "show::broken" }).waitFor();
  await startTask(playground.connect.url, "show::slow", { seconds: 60 });
  const waiting = await startTask(playground.connect.url, "show::slow", { seconds: 61 });
  await page.getByText("All places are taken: 1 task runs, 1 at most.").waitFor();
  expect(await tile("Waiting").textContent()).toBe("1");
  expect(await tile("Running").textContent()).toBe("1");
  const link = page.getByRole("region", { name: "Waits for longest" }).getByRole("link");
  expect(await link.getAttribute("href")).toBe(waiting);
  expect(complaints).toEqual([]);
});

test("nobody looks again once the page is left, and while it is out of sight", async () => {
  await using opened = await playground.openPage("#/status");
  const { page } = opened;
  await page.getByRole("heading", { name: "Workers" }).waitFor();
  await page.clock.install();
  await page.reload();
  await page.getByRole("heading", { name: "Workers" }).waitFor();
  const looks = countLooks(page);
  /** Whatever was asked for before has been counted then. */
  const settled = () =>
    Promise.all([
      page.waitForRequest(/marker/),
      page.evaluate(() => fetch("./icon.svg?marker").then(() => undefined)),
    ]);
  const look = async () => {
    const before = looks();
    const afterAWhile = async () => {
      await page.clock.runFor(5_000);
      await settled();
      return looks();
    };
    await expect.poll(afterAWhile).toBeGreaterThan(before);
  };
  await look();
  await look();
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const seen = looks();
  await page.clock.runFor(60_000);
  await settled();
  expect(looks()).toBe(seen);
  await page.evaluate(() => {
    Reflect.deleteProperty(document, "visibilityState");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await look();
  await page.getByRole("link", { name: /Slow/ }).click();
  await page.getByRole("heading", { name: "Slow", level: 1 }).waitFor();
  await settled();
  const left = looks();
  await page.clock.runFor(60_000);
  await settled();
  expect(looks()).toBe(left);
});

test("on a phone the status fits, and leads back", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  await using opened = await playground.openPage("#/", phone);
  const { page } = opened;
  await page.getByRole("link", { name: "Status" }).tap();
  await page.getByRole("heading", { name: "Workers" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("link", { name: "All blocks" }).tap();
  await page.getByRole("searchbox").waitFor();
});

test("a server that goes away is told, beside what was seen last", async () => {
  await using opened = await playground.openPage("#/status");
  const { page } = opened;
  await page.getByText("Live", { exact: true }).waitFor();
  await page.route("**/api/v1/status", (route) => route.abort());
  await page.getByText("Out of reach").waitFor({ timeout: 25_000 });
  expect(await page.getByRole("heading", { name: "Workers" }).isVisible()).toBe(true);
  await page.unroute("**/api/v1/status");
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 25_000 });
});

test("who may not see the status is shown no way to it, and told so on its page", async () => {
  await using folder = await createTemporaryFolder();
  const tokens = folder.file("tokens");
  await writeFile(tokens, '{ name: ann, token: "ann-1", roles: [run] }\nboss-1\n');
  await using own = await openPlayground({ flags: ["--token-file", tokens] });
  await using opened = await own.openPage("#/status");
  const { page, complaints } = opened;
  const looks = countLooks(page);
  const unlock = async (token: string) => {
    await page.getByRole("main").getByLabel("API token").fill(token);
    await page.keyboard.press("Enter");
  };
  await unlock("ann-1");
  await page.getByText("it takes one with the role admin").waitFor();
  expect(await page.getByRole("link", { name: "Status" }).count()).toBe(0);
  // The first request tells what this caller may ask for.
  expect(looks()).toBe(0);
  expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("dialog").getByLabel("API token").fill("boss-1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "Status" }).waitFor();
  await page.getByRole("heading", { name: "Workers" }).waitFor();
});
