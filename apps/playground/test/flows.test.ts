import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("speaks a text to the end and lets it be heard", async () => {
  await using opened = await playground.openPage();
  const { page, complaints } = opened;
  await page.getByRole("searchbox").fill("speaks audio");
  await page.getByRole("link", { name: /Text to audio/ }).click();
  await page.getByRole("textbox", { name: "text", exact: true }).fill("Hello, World");
  await page.keyboard.press("Control+Enter");
  await untilStatus(page, "completed");

  const preview = page.locator(".preview[data-type=audio]");
  await preview.locator("audio, .source-path").waitFor();
  const audio = preview.locator("audio");
  // A server without the extension `files` keeps the sound to itself; its path is shown then.
  if ((await audio.count()) > 0) {
    await expect
      .poll(() => audio.evaluate((element: HTMLAudioElement) => element.duration))
      .toBeGreaterThan(0.3);
    await page.getByRole("link", { name: /^speech-.*\.wav$/ }).waitFor();
  }
  await page.getByRole("region", { name: "Result" }).getByText("audio_address").waitFor();
  await page.getByRole("log").getByText("seconds of audio").waitFor();
  expect(complaints).toEqual([]);
});

test("uploads a file and shows what the block says of it", async () => {
  await using opened = await playground.openPage(routeOf("pkg::file-processor"));
  const { page, complaints } = opened;
  const upload = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
  await page.locator("input[type=file]").setInputFiles(upload);
  await page.getByText("5 B").waitFor();
  await run(page);
  await untilStatus(page, "completed");
  const result = await page.getByRole("region", { name: "Result" }).textContent();
  expect(JSON.parse(result ?? "")).toMatchObject({ name: "notes.txt", type: "text/plain", size_bytes: 5 });
  expect(complaints).toEqual([]);
});

test("shows how much of a large file has left", async () => {
  await using opened = await playground.openPage(routeOf("pkg::file-processor"));
  const { page } = opened;
  const devtools = await page.context().newCDPSession(page);
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2_000_000 };
  await devtools.send("Network.emulateNetworkConditions", conditions);
  const buffer = Buffer.alloc(3_000_000);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "large.bin", mimeType: "application/octet-stream", buffer });
  // The bar may be gone before anybody looks, so the page itself takes note of each of its values.
  const shares = await page.evaluateHandle(() => {
    const seen: number[] = [];
    new MutationObserver(() => {
      const bar = document.querySelector("progress[aria-label^=Uploading][value]");
      if (bar) seen.push(Number(bar.getAttribute("value")));
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    return seen;
  });
  await run(page);
  await untilStatus(page, "completed");
  expect(Math.max(...(await shares.jsonValue()))).toBeGreaterThan(0);
});

test("an upload can be stopped, and started again with the same file", async () => {
  await using opened = await playground.openPage(routeOf("pkg::file-processor"));
  const { page } = opened;
  const file = { name: "kept.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(1_000) };
  await page.locator("input[type=file]").setInputFiles(file);
  let isHeld = true;
  await page.route("**/v1/tasks", async (request) => {
    // The answer never comes.
    if (!isHeld || request.request().method() !== "POST") await request.continue();
  });
  await run(page);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
  expect(await page.getByRole("alert").count()).toBe(0);
  isHeld = false;
  await run(page);
  await untilStatus(page, "completed");
});

test("three clicks in a row start one task", async () => {
  await using opened = await playground.openPage(routeOf("show::slow"));
  const { page } = opened;
  await page.getByRole("textbox", { name: "seconds" }).fill("1");
  const started: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/v1/tasks")) started.push(request.url());
  });
  await page.getByRole("button", { name: /^Run/ }).evaluate((button: HTMLButtonElement) => {
    for (let left = 3; left > 0; left -= 1) button.click();
  });
  await untilStatus(page, "completed");
  expect(started).toHaveLength(1);
});

test("takes a dropped file", async () => {
  await using opened = await playground.openPage(routeOf("pkg::file-processor"));
  const { page } = opened;
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], "dropped.txt"));
    return data;
  });
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
  await page.getByText("dropped.txt", { exact: true }).waitFor();
});

test("stops a long run", async () => {
  await using opened = await playground.openPage(routeOf("show::slow"));
  const { page, complaints } = opened;
  await run(page);
  await page.getByRole("log").getByText("Step 4").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await untilStatus(page, "stopped");
  expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("keeps the history over a reload, and goes on with a running task", async () => {
  await using opened = await playground.openPage(routeOf("show::slow"));
  const { page } = opened;
  await page.getByRole("textbox", { name: "seconds" }).fill("3");
  await run(page);
  await page.getByRole("log").getByText("Step 2", { exact: true }).waitFor();
  const address = page.url();
  await page.goto(`${playground.app.url}#/`);
  await page.reload();
  await page.getByRole("button", { name: "History" }).click();
  await page.locator(`.history-list a[href="${new URL(address).hash}"]`).click();
  expect(page.url()).toBe(address);
  await page.getByRole("log").getByText("Step 2", { exact: true }).waitFor();
  expect(await page.getByRole("textbox", { name: "seconds" }).inputValue()).toBe("3");
  await untilStatus(page, "completed");
  await page.locator(".history-list [aria-current=page] .pill[data-status=completed]").waitFor();
});

test("refuses wrong input in the form, as it is typed", async () => {
  await using opened = await playground.openPage(routeOf("show::form"));
  const { page, complaints } = opened;
  const name = page.getByRole("textbox", { name: "name" });
  await name.fill("ab");
  await page.getByText("Enter at least 3 characters.").waitFor();
  await page.getByRole("textbox", { name: "options" }).fill('{"deep":["x"]}');
  await page.getByText("deep/0: The value must be of type number.").waitFor();
  await run(page);
  expect(page.url()).toContain("show%3A%3Aform");
  expect(await page.locator(".output .pill").count()).toBe(0);
  expect(await name.evaluate((element) => element === document.activeElement)).toBe(true);

  await name.fill("abc");
  await page.getByRole("textbox", { name: "options" }).fill('{"deep":[3]}');
  await page.getByRole("combobox", { name: "size" }).selectOption("large");
  await page.getByRole("switch", { name: "loud" }).uncheck();
  const tint = page.getByRole("textbox", { name: "tint", exact: true });
  await page.getByLabel("Pick a colour for tint").fill("#ff9f4a");
  expect(await tint.inputValue()).toBe("#ff9f4a");
  await tint.fill("#2f9e6f");
  expect(await page.getByLabel("Pick a colour for tint").inputValue()).toBe("#2f9e6f");
  await page.getByLabel("secret").fill("hidden words");
  await run(page);
  await untilStatus(page, "completed");
  const result = JSON.parse((await page.getByRole("region", { name: "Result" }).textContent()) ?? "");
  expect(result.received).toEqual({
    name: "abc",
    loud: false,
    size: "large",
    ratio: null,
    tint: "#2f9e6f",
    options: { deep: [3] },
  });
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("hidden words");
  expect(await page.locator(".code-card").textContent()).not.toContain("hidden words");
  expect(complaints).toEqual([]);
});

test("a long list of choices is searched by typing, with the keyboard alone", async () => {
  await using opened = await playground.openPage(routeOf("audio-lab::text-to-audio"));
  const { page, complaints } = opened;
  // A plain list of choices stands there until the searchable one has loaded.
  const voice = page.getByRole("combobox", { name: "voice" }).and(page.locator("input"));
  await voice.fill("scotl");
  await page.getByRole("option", { name: "en-gb-scotland" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect(await voice.inputValue()).toBe("en-gb-scotland");
  await page.getByRole("tab", { name: "TypeScript" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByText("--input voice=en-gb-scotland").waitFor();
  expect(complaints).toEqual([]);
});
