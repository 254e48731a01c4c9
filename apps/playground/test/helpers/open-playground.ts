import { AsyncDisposableStack } from "@oomol/test-helpers/async-disposable-stack";
import { connectChromium } from "@oomol/test-helpers/connect-chromium";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { serveApp } from "./serve-app.ts";
import { startConnectServer } from "./start-connect-server.ts";

export interface PlaygroundOptions {
  /** The one of the test run by default. */
  openBrowser?(): Promise<Browser>;
  /** Folders of packages beside those of the tests. */
  packages?: readonly string[];
  /** What callers of the server must send as `Authorization`. Default: nothing. */
  token?: string;
  /** More flags of `connect-server`. */
  flags?: readonly string[];
}

/** A browser, the built app and a real server behind it: everything that a test file shares. */
export async function openPlayground({
  openBrowser = connectChromium,
  packages = [],
  token = "",
  flags = [],
}: PlaygroundOptions = {}) {
  const stack = new AsyncDisposableStack();
  try {
    const connect = stack.use(await startConnectServer(packages, token, flags));
    const app = stack.use(await serveApp(connect.url));
    const browser = await openBrowser();
    stack.defer(() => browser.close());
    const parts = stack.move();
    return {
      app,
      browser,
      connect,
      openPage: (route = "#/", options: BrowserContextOptions = {}) =>
        openPage(browser, app.url + route, options),
      [Symbol.asyncDispose]: () => parts.disposeAsync(),
    };
  } catch (failure) {
    await stack.disposeAsync();
    throw failure;
  }
}

/** A page with a storage of its own. `complaints` are the console's errors and whatever was thrown. */
async function openPage(browser: Browser, url: string, options: BrowserContextOptions) {
  const context = await browser.newContext({
    locale: "en-US",
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  const page: Page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
