import { join } from "node:path";
import { findOrInstall } from "@oomol/test-helpers/find-or-install";
import { MissingProgram } from "@oomol/test-helpers/missing-program";
import { startConnectServer } from "@oomol/test-server";
import { build } from "esbuild";
import { type Browser, launch, type Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, type TestContext, test } from "vitest";
import { serveScenarios } from "../runtimes/scenarios.ts";
import type { Verdict } from "../runtimes/suite.ts";
import { root } from "../test/helpers/published-packages.ts";

// Playwright cannot drive the Firefox of a distribution.
let browser: Browser | undefined;
let missing = "";

beforeAll(async () => {
  try {
    const executablePath = findOrInstall(firefox);
    browser = await launch({ browser: "firefox", executablePath });
  } catch (failure) {
    if (!(failure instanceof MissingProgram)) throw failure;
    missing = failure.message;
  }
});
afterAll(() => browser?.close());

const firefox = {
  names: ["firefox-esr", "firefox"],
  wellKnown: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
  debianPackage: "firefox-esr",
  advice:
    "These tests need Firefox: install it, so that `firefox` is found (Debian: apt-get install firefox-esr).",
};

/** A page with a storage of its own, and what its console complains of. */
async function openPage(
  context: TestContext,
): Promise<AsyncDisposable & { page: Page; complaints: string[] }> {
  if (!browser) return context.skip(missing);
  const storage = await browser.createBrowserContext();
  const page = await storage.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints, [Symbol.asyncDispose]: () => storage.close() };
}

const run = (page: Page) => page.locator("main button[type=submit]").click();
const untilCompleted = (page: Page) => page.locator(".output .pill[data-status=completed]").wait();

test("the client for web pages keeps its promises in Firefox, under a strict content security policy", async (context) => {
  await using opened = await openPage(context);
  const { outputFiles } = await build({
    entryPoints: [join(root, "tests/runtimes/browser-host.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    write: false,
    logLevel: "error",
  });
  const script = outputFiles[0]?.text ?? "";
  const html = '<!doctype html><title>suite</title><script type="module" src="/suite.js"></script>';
  await using server = await serveScenarios({ "": html, "suite.js": script, "favicon.ico": "" });
  await opened.page.goto(`${server.origin}/`);
  await opened.page.waitForFunction(() => "verdicts" in globalThis);
  const verdicts: Verdict[] = await opened.page.evaluate(() => Reflect.get(globalThis, "verdicts"));
  expect(verdicts.length).toBeGreaterThan(10);
  expect(verdicts.filter(({ problem }) => problem !== undefined)).toEqual([]);
});

test("a block is run from the playground in Firefox, its sound is there, and again after a reload", async (context) => {
  await using opened = await openPage(context);
  const { page, complaints } = opened;
  await using server = await startConnectServer();
  await page.goto(`${new URL(server.url).origin}/#/blocks/${encodeURIComponent("audio-lab::text-to-audio")}`);
  await page.locator("#input-text").fill("A page that speaks.");
  await run(page);
  await untilCompleted(page);
  await page.locator(".output audio").wait();
  await page.reload();
  await untilCompleted(page);
  await page.locator(".output audio").wait();
  expect(complaints).toEqual([]);
});

test("a file is uploaded from the playground in Firefox", async (context) => {
  await using opened = await openPage(context);
  const { page, complaints } = opened;
  await using server = await startConnectServer();
  await page.goto(`${new URL(server.url).origin}/#/blocks/${encodeURIComponent("pkg::file-processor")}`);
  const chooser = await page.locator("input[type=file]").waitHandle();
  await chooser.uploadFile(join(root, "LICENSE"));
  await run(page);
  await untilCompleted(page);
  expect(await page.$eval(".output .code", ({ textContent }) => textContent)).toContain("LICENSE");
  expect(complaints).toEqual([]);
});
