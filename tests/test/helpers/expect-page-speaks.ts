import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { chromium } from "playwright-core";
import { expect } from "vitest";

/** In Chromium, the page of an example speaks a text without the token, and finds its run again after a reload. */
export async function expectPageSpeaks(url: string, token: string): Promise<void> {
  await using browser = await chromium.launch(chromiumLaunchOptions());
  const page = await browser.newPage();
  const said: string[] = [];
  const isToken = (text: string) => text.includes(token);
  page.on("console", (message) => void (message.type() === "error" && said.push(message.text())));
  page.on("request", (request) => void said.push(...Object.values(request.headers()).filter(isToken)));
  await page.goto(url);
  await page.getByLabel("Text").fill("A page that speaks.");
  await page.getByRole("button", { name: "Speak" }).click();
  await page.locator("audio[src^='blob:']").waitFor();
  expect(await page.getByRole("status").textContent()).toMatch(/^completed/);
  await page.reload();
  await page.locator("audio[src^='blob:']").waitFor();
  expect(said).toEqual([]);
}
