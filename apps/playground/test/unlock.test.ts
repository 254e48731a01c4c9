import { source as axe } from "axe-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeViolations } from "./helpers/axe-violations.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;
const token = "a token of this test";

beforeAll(async () => {
  playground = await openPlayground({ token });
});
afterAll(() => playground[Symbol.asyncDispose]());

const screens = [
  ["on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ["on a wide page", {}],
] as const;

test.for(screens)(
  "%s, the page itself asks for the token, and then shows what was asked for",
  async ([, options]) => {
    for (const route of ["#/", routeOf("show::slow")]) {
      await using opened = await playground.openPage(route, options);
      const { page } = opened;
      await page.getByRole("heading", { name: "This server needs a token" }).waitFor();
      await page.getByRole("main").getByLabel("API token").fill("another");
      await page.getByRole("button", { name: "Unlock" }).click();
      await page.getByText("The server does not accept this token.").waitFor();
      await page.getByRole("main").getByLabel("API token").fill(token);
      await page.keyboard.press("Enter");
      const arrived =
        route === "#/"
          ? page.getByRole("link", { name: /Text to audio/ })
          : page.getByRole("heading", { name: "Slow", level: 1 });
      await arrived.waitFor();
      expect(await page.getByRole("button", { name: "Unlock" }).count()).toBe(0);
    }
  },
);

test("with a token a table, a picture and a page of a block are shown from their files", async () => {
  await using opened = await playground.openPage(routeOf("show::given"));
  const { page, complaints } = opened;
  await page.getByRole("main").getByLabel("API token").fill(token);
  await page.keyboard.press("Enter");
  const picture =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>';
  const payloads = [
    { type: "table", file: { name: "table.csv", text: "city,degrees\nOslo,4\n" } },
    { type: "image", file: { name: "picture.svg", text: picture } },
    { type: "html", file: { name: "page.html", text: "<p>page in a file</p>" } },
  ];
  await page.getByRole("textbox", { name: "payloads" }).fill(JSON.stringify(payloads));
  complaints.length = 0;
  await run(page);
  await untilStatus(page, "completed");
  await page.getByRole("cell", { name: "Oslo" }).waitFor();
  await page.frameLocator(".preview iframe").getByText("page in a file").waitFor();
  const width = () => page.locator(".preview img").evaluate((image: HTMLImageElement) => image.naturalWidth);
  await expect.poll(width).toBe(40);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  expect((await saved).suggestedFilename()).toBe("table.csv");
  expect(complaints).toEqual([]);
});

test.for(["light", "dark"] as const)(
  "axe has nothing against the locked page in %s colours",
  async (colorScheme) => {
    await using opened = await playground.openPage("#/", {
      colorScheme,
      reducedMotion: "reduce",
      bypassCSP: true,
    });
    const { page } = opened;
    await page.getByRole("main").getByLabel("API token").fill("another");
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByText("The server does not accept this token.").waitFor();
    await page.evaluate(axe);
    expect(await axeViolations(page)).toEqual([]);
  },
);
