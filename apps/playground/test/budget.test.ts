import { connectChromium } from "@oomol/test-helpers/connect-chromium";
import { expect, test } from "vitest";
import { serveApp } from "./helpers/serve-app.ts";

// The client that waits in one request, previews that take nothing but themselves down and plain words cost 2 of it.
const budgetBytes = 154_000;

// Everything that crosses the network, the font included. A server that refuses all calls is enough here.
test.for([
  ["the list", "#/"],
  ["the packages", "#/packages"],
])("%s takes at most 154 kB to load", async ([, route]) => {
  await using app = await serveApp("http://127.0.0.1:9");
  const browser = await connectChromium();
  try {
    const page = await browser.newPage();
    await page.goto(app.url + route, { waitUntil: "load" });
    await page.getByRole("navigation").waitFor();
    await page.evaluate(() => document.fonts.ready);
    expect(app.sent.bytes).toBeGreaterThan(50_000);
    expect(app.sent.bytes).toBeLessThanOrEqual(budgetBytes);
  } finally {
    await browser.close();
  }
});
