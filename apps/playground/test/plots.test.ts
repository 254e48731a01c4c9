import type { BrowserContextOptions, FrameLocator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { startTask } from "./helpers/start-task.ts";

// Drawn by the libraries that come with the server: no test has a network, and each says what was asked of it.
let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

async function show(what: string[], options: BrowserContextOptions = {}) {
  const route = await startTask(playground.connect.url, "show::plots", { what });
  const opened = await playground.openPage("#/", options);
  const asked: string[] = [];
  opened.page.on("request", (request) => asked.push(request.url()));
  await opened.page.goto(playground.app.url + route);
  await opened.page.locator(".output .pill[data-status=completed]").waitFor({ timeout: 25_000 });
  const elsewhere = () =>
    asked.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(playground.app.url));
  return { ...opened, frame: opened.page.frameLocator(".preview iframe"), elsewhere };
}

/** The way of a drawn line or bar, as numbers. */
const numbersIn = async (frame: FrameLocator, selector: string) => {
  const path = await frame.locator(selector).first().getAttribute("d");
  return (path?.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
};

test("a Plotly figure of typed arrays is drawn with its title", async () => {
  await using opened = await show(["plotly"]);
  await expect.poll(() => opened.frame.locator(".gtitle").textContent()).toBe("sin");
  const way = await numbersIn(opened.frame, ".scatterlayer path.js-line");
  expect(new Set(way).size).toBeGreaterThan(50);
  expect(opened.elsewhere()).toEqual([]);
});

test("typed arrays inside of lists, BigInt, dates and Python's arrays are drawn", async () => {
  await using heat = await show(["heatmap"]);
  const titles = () => heat.frame.locator(".gtitle, .xtitle, .cbtitle").allTextContents();
  await expect.poll(async () => (await titles()).sort()).toEqual(["Heat", "across", "heat"]);
  await using bars = await show(["bigints"]);
  await expect.poll(() => bars.frame.locator(".barlayer .point path").count()).toBe(3);
  await expect.poll(() => bars.frame.locator(".xtick").first().textContent()).toContain("Jan 1");
  const first = await numbersIn(bars.frame, ".barlayer .point path");
  expect(first.every(Number.isFinite)).toBe(true);
  await using python = await show(["base64"]);
  await python.frame.locator(".scatterlayer path.js-line").waitFor();
  expect(new Set(await numbersIn(python.frame, ".scatterlayer path.js-line")).size).toBeGreaterThan(3);
});

test("an animation of Plotly plays, and its config counts", async () => {
  await using opened = await show(["frames"]);
  await opened.frame.locator(".scatterlayer path.js-line").waitFor();
  const before = await numbersIn(opened.frame, ".scatterlayer path.js-line");
  expect(await opened.frame.locator(".modebar-btn").count()).toBe(0);
  await opened.frame.locator(".updatemenu-button").click();
  await expect.poll(() => numbersIn(opened.frame, ".scatterlayer path.js-line")).not.toEqual(before);
});

test.for(["vega", "vegaLite"])("dates and BigInt have their places in a plot of %s", async (name) => {
  await using opened = await show([name]);
  const selector = name === "vega" ? ".mark-symbol.role-mark path" : ".mark-line.role-mark path";
  await opened.frame.locator(selector).first().waitFor();
  if (name === "vega") {
    const places = await opened.frame
      .locator(selector)
      .evaluateAll((paths) => paths.map((path) => path.getAttribute("transform")));
    expect(new Set(places).size).toBe(4);
  } else expect(new Set(await numbersIn(opened.frame, selector)).size).toBeGreaterThan(5);
  expect(opened.elsewhere()).toEqual([]);
});

test("a plot that is wider than a phone is drawn whole", async () => {
  await using opened = await show(["vegaLite"], { viewport: { width: 390, height: 800 } });
  await opened.frame.locator("svg.marks").waitFor();
  const overflow = () => opened.frame.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth);
  await expect.poll(overflow).toBe(0);
});

test("a plot that cannot be drawn says why", async () => {
  await using opened = await show(["wrong"]);
  await opened.frame.getByText(/^This plot cannot be drawn: /).waitFor();
});

test.for([
  ["vegaUrl", "https://example.org/table.csv"],
  ["vegaLiteUrl", "data/cars.json"],
] as const)("a plot (%s) whose data lies elsewhere says what is missing", async ([name, url]) => {
  await using opened = await show([name]);
  const text = `This plot needs data from ${url}, which could not be loaded here.`;
  await opened.frame.getByText(text).waitFor();
  expect(await opened.frame.locator("svg").count()).toBe(0);
});

test("a plot whose library cannot be had says which", async () => {
  const route = await startTask(playground.connect.url, "show::plots", { what: ["plotly"] });
  await using opened = await playground.openPage();
  await opened.page.route("**/plot-libraries/**", (request) => request.abort());
  await opened.page.goto(playground.app.url + route);
  const text = /^This plot needs plotly\.js-dist-min@4 from .*, which could not be loaded\.$/;
  await opened.page.frameLocator(".preview iframe").getByText(text).waitFor();
});

test.for(["pythonPage", "pythonShown"])(
  "a page of Python's plotly (%s) is drawn by our library",
  async (name) => {
    await using opened = await show([name]);
    await expect.poll(() => opened.frame.locator(".gtitle").textContent()).toBe("py");
    expect(await opened.frame.locator("p").count()).toBe(0);
    // Formulas alone need it.
    expect(opened.elsewhere().filter((url) => !url.includes("/mathjax/"))).toEqual([]);
  },
);

test("a page that breaks for want of a script says which", async () => {
  await using opened = await show(["foreignPage"]);
  const text = "This page needs https://cdn.jsdelivr.net/npm/vega-embed@7, which could not be loaded here.";
  await opened.frame.getByText(text).waitFor();
});

test.for(["dark", "light"] as const)(
  "in %s, nothing without a background of its own is drawn on the other's",
  async (colorScheme) => {
    const plots = ["plotly", "vegaLite", "html"];
    for (const name of plots) {
      await using opened = await show([name], { colorScheme });
      await opened.frame.locator("svg, h3").first().waitFor();
      const iframe = opened.page.locator(".preview iframe");
      // The upper left corner, where nothing is drawn.
      const box = await iframe.boundingBox();
      const clip = { x: (box?.x ?? 0) + 3, y: (box?.y ?? 0) + (box?.height ?? 0) / 2, width: 1, height: 1 };
      const brightness = async () => {
        const data = (await opened.page.screenshot({ clip })).toString("base64");
        return opened.page.evaluate(async (base64) => {
          const image = new Image();
          image.src = `data:image/png;base64,${base64}`;
          await image.decode();
          const canvas = document.createElement("canvas").getContext("2d");
          canvas?.drawImage(image, 0, 0);
          return canvas?.getImageData(0, 0, 1, 1).data[1] ?? -1;
        }, data);
      };
      if (colorScheme === "light") await expect.poll(brightness).toBe(255);
      else await expect.poll(brightness).toBeLessThan(200);
    }
  },
);

test("a picture is shown from bytes of every kind, by what they are", async () => {
  const kinds = ["buffer", "typedArray", "arrayBuffer", "blob", "stream", "webStream", "url", "svgBytes"];
  await using opened = await show([...kinds, "gallery"]);
  const widths = () =>
    opened.page
      .locator(".preview img")
      .evaluateAll((pictures) => pictures.map((picture) => (picture as HTMLImageElement).naturalWidth));
  await expect.poll(widths).toEqual(Array.from({ length: 2 * kinds.length }, () => 60));
});

test("a preview with an id takes the place of the earlier one", async () => {
  await using opened = await show(["live"]);
  await opened.page.getByText("last", { exact: true }).waitFor();
  await expect.poll(() => opened.page.locator(".preview").allInnerTexts()).toEqual(["last", "stays"]);
});
