// Writes `screenshots/*-WIDTH-SCHEME.png`: previews, the list, a run, one that goes on, a failure, a form with objects and lists, a page
// in Chinese, the status and the locked page, wide and on a phone, light and dark.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { chromiumLaunchOptions } from "@oomol/test-helpers/chromium-launch-options";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import buildApp from "./build-app.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

const folder = fileURLToPath(new URL("../screenshots/", import.meta.url));

const days = Array.from({ length: 60 }, (_, index) => index + 1);
const bar = (height: number, x: number, color: string) =>
  `<rect x="${x}" y="${60 - height}" width="24" height="${height}" rx="3" fill="${color}"/>`;
const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 64" width="288">${bar(20, 4, "#8b7cf6")}${bar(52, 36, "#5546e0")}${bar(36, 68, "#2f9e6f")}</svg>`;

const payloads: object[] = [
  {
    type: "table",
    data: {
      columns: ["city", "when", "temperature", "humidity", "station"],
      types: ["String", "Datetime", "Float64", "Int64", "String"],
      rows: days.map((day) => [
        ["Oslo", "Lagos", "Kyoto"][day % 3],
        new Date(Date.UTC(2026, 0, day)).toISOString(),
        Math.round(100 * (15 + 12 * Math.sin(day / 6))) / 100,
        40 + ((day * 7) % 45),
        `station ${day % 7}`,
      ]),
      row_count: 1_000_000,
    },
  },
  {
    data: [{ type: "scatter", x: days, y: days.map((day) => Math.sin(day / 6)) }],
    layout: { title: "Temperature", height: 260 },
  },
  { type: "image", data: picture },
  { type: "text", data: "step 1 of 3", id: "live" },
  { type: "text", data: "step 3 of 3", id: "live" },
];

const sizes = [
  { width: 1280, height: 860 },
  { width: 390, height: 844 },
];

/** Takes a picture of one state of the app in each size and colour. */
async function take(
  playground: Awaited<ReturnType<typeof openPlayground>>,
  name: string,
  route: string,
  reach: (page: Page) => Promise<unknown>,
  options: BrowserContextOptions = {},
): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of sizes) {
      await using opened = await playground.openPage(route, {
        colorScheme,
        viewport,
        reducedMotion: "reduce",
        ...options,
      });
      await reach(opened.page);
      await opened.page.evaluate(() => document.fonts.ready);
      await opened.page.screenshot({ path: `${folder}${name}-${viewport.width}-${colorScheme}.png` });
    }
  }
}

const openBrowser = () => chromium.launch(chromiumLaunchOptions());
const removeApp = await buildApp();
try {
  await using locked = await openPlayground({ openBrowser, token: "of nobody" });
  await take(locked, "unlock", "#/", (page) => page.getByRole("button", { name: "Unlock" }).waitFor());

  await using playground = await openPlayground({ openBrowser });
  const { url } = playground.connect;
  await take(playground, "list", "#/", async (page) => {
    await page.getByText("Text to audio").first().waitFor();
    await page.getByRole("link", { name: "Status" }).waitFor();
  });
  const routes = {
    run: await startTask(url, "audio-lab::text-to-audio", { text: "One block, one form, one result." }),
    failure: await startTask(url, "show::broken", { seconds: 3 }),
  };
  // As after a click on Run: below each other the output comes into view.
  const show = (status: string) => async (page: Page) => {
    await untilStatus(page, status);
    await page.getByRole("log").waitFor();
    const { width = 0 } = page.viewportSize() ?? {};
    if (width < 1_080) await page.locator(".output").evaluate((output) => output.scrollIntoView());
  };
  await take(playground, "run", routes.run, show("completed"));
  await take(playground, "failure", routes.failure, show("failed"));
  await take(playground, "chinese", routes.run, show("completed"), { locale: "zh-CN" });
  await take(playground, "nested", routeOf("show::nested"), (page) =>
    page.getByRole("heading", { name: "Poster", level: 1 }).waitFor(),
  );
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      await using opened = await playground.openPage(route, {
        colorScheme,
        viewport: { width, height: 2_400 },
      });
      const { page } = opened;
      await untilStatus(page, "completed");
      await page.frameLocator(".preview iframe").locator(".scatterlayer path.js-line").waitFor();
      await page.getByText("step 3 of 3", { exact: true }).waitFor();
      // Nothing moves any more.
      await page.locator(".preview iframe[style*=height]").waitFor();
      await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
      const path = `${folder}previews-${width}-${colorScheme}.png`;
      await page.locator(".output").screenshot({ path });
    }
  }
  // As many as run at once, and some that wait for their turn.
  for (const seconds of [1, 2, 3]) await startTask(url, "show::broken", { seconds });
  await startTask(url, "audio-lab::text-to-audio", { text: " " });
  const places = availableParallelism();
  const slow = await startTask(url, "show::slow", { seconds: 600 });
  for (let number = 0; number < places + 2; number += 1) await startTask(url, "show::slow", { seconds: 600 });
  await take(playground, "running", slow, show("running"));
  await take(playground, "status", "#/status", async (page) => {
    await page.getByText("All places are taken").waitFor();
    await page.getByRole("link", { name: "audio-lab::text-to-audio" }).waitFor();
  });
} finally {
  await removeApp();
}
