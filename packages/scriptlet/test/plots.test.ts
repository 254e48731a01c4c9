import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { Readable } from "node:stream";
import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import type { TopLevelSpec } from "vega-lite";
import { expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { shownBy } from "./helpers/preview-block.ts";

const require = createRequire(import.meta.url);

/** Its own types are those of a bundler. */
const { init } = require("echarts") as {
  init(...options: unknown[]): {
    setOption(option: object): void;
    getOption(): object;
    renderToSVGString(): string;
  };
};

/** The builds that a browser would load. */
const libraries = {
  "vega@6": join(dirname(require.resolve("vega/vega-schema.json")), "vega.min.js"),
  "vega-lite@6": join(dirname(require.resolve("vega-lite/vega-lite-schema.json")), "vega-lite.min.js"),
  "plotly.js-dist-min@4": require.resolve("plotly.js-dist-min"),
};

/** A page with the installed libraries in place of those from the network, run as a browser would. */
async function openPage(html: unknown): Promise<JSDOM> {
  let page = String(html);
  for (const [name, file] of Object.entries(libraries)) {
    const source = await readFile(file, "utf8");
    const tag = `<script src="https://cdn.jsdelivr.net/npm/${name}"></script>`;
    page = page.replace(tag, () => `<script>${source.replaceAll("</script", "<\\/script")}</script>`);
  }
  // As a boolean: a failure would print the libraries.
  expect(page.includes(`<script src=`)).toBe(false);
  return new JSDOM(page, {
    runScripts: "dangerously",
    pretendToBeVisual: true,
    beforeParse(window) {
      // What jsdom has not, and the libraries ask for when they load.
      const matchMedia = () => ({ matches: false, addEventListener() {} });
      Object.assign(window, { structuredClone, matchMedia });
      window.URL.createObjectURL = () => "blob:none";
      window.HTMLCanvasElement.prototype.getContext = () => null;
    },
  });
}

const bars: TopLevelSpec = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  data: {
    values: [
      { a: "</script><b>", b: 2 },
      { a: "B", b: 5 },
      { a: "C", b: 3 },
    ],
  },
  mark: "bar",
  encoding: { x: { field: "a", type: "nominal" }, y: { field: "b", type: "quantitative" } },
};

test("a Vega-Lite specification becomes a page that shows it", async () => {
  const { type, data } = await shownBy(bars);
  expect(type).toBe("html");
  const { window } = await openPage(data);
  await expect.poll(() => window.document.querySelectorAll("svg .mark-rect.role-mark path").length).toBe(3);
  expect(window.document.body.textContent).toContain("</script><b>");
  const { $schema: _, ...withoutSchema } = bars;
  expect((await shownBy(withoutSchema as typeof bars)).type).toBe("html");
});

test("a Vega specification becomes a page that shows it", async () => {
  const { data } = await shownBy({
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width: 50,
    height: 50,
    marks: [
      { type: "rect", encode: { enter: { x: { value: 1 }, width: { value: 9 }, height: { value: 9 } } } },
    ],
  });
  const { window } = await openPage(data);
  await expect.poll(() => window.document.querySelectorAll("svg .mark-rect.role-mark path").length).toBe(1);
});

test("a Plotly figure becomes a page whose data and layout Plotly accepts", async () => {
  const figure = {
    data: [{ type: "bar", x: ["</script>", "b"], y: [2, 3] }],
    layout: { title: { text: "Sizes" } },
  };
  const { type, data } = await shownBy(figure, "sizes");
  expect(type).toBe("html");
  const { window } = await openPage(data);
  // The page's own script has run: its figure is what Plotly drew from.
  // What the script left, by the names it gave.
  const drawn = window.eval(
    "({ data: plot.data, layout: plot.layout, problems: Plotly.validate(figure.data, figure.layout) })",
  ) as { problems?: unknown };
  expect(JSON.parse(JSON.stringify(drawn))).toMatchObject(figure);
  expect(drawn.problems).toBeUndefined();
});

test("what JSON does not have is drawn as its library takes it", async () => {
  const { data } = await shownBy({
    data: [{ x: Float64Array.of(1, 2), y: [1n, 2n], text: [new Date(0), new Map([["a", 1]])] }],
    layout: { title: "sin", xaxis: { title: "x" }, annotations: [{ title: "own" }], meta: { title: "own" } },
    frames: [{ data: [{ y: BigInt64Array.of(3n, 4n) }], layout: { title: "later" } }],
    config: { displayModeBar: false },
  });
  const figure = /const figure = (.*?); const config = (.*?);$/m.exec(String(data));
  expect(JSON.parse(figure?.[1] ?? "")).toEqual({
    data: [{ x: [1, 2], y: [1, 2], text: ["1970-01-01T00:00:00.000Z", [["a", 1]]] }],
    layout: {
      title: { text: "sin" },
      xaxis: { title: { text: "x" } },
      annotations: [{ title: "own" }],
      meta: { title: "own" },
    },
    frames: [{ data: [{ y: [3, 4] }], layout: { title: { text: "later" } } }],
  });
  expect(JSON.parse(figure?.[2] ?? "")).toEqual({ responsive: true, displayModeBar: false });
  const spec = { mark: "bar", data: { values: [{ at: new Date(5), n: 1n, bad: new Date(Number.NaN) }] } };
  expect((await shownBy(spec as never)).data).toContain('{"values":[{"at":5,"n":1,"bad":null}]}');
});

test("ECharts, and whatever else gives SVG or HTML, is shown by what it gives", async () => {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 300, height: 200 });
  chart.setOption({ xAxis: { data: ["a", "b"] }, yAxis: {}, series: [{ type: "bar", data: [1, 2] }] });
  const image = await shownBy(chart.renderToSVGString());
  expect(image.type).toBe("image");
  expect(String(image.data)).toMatch(/^data:image\/svg\+xml;charset=utf-8,%3Csvg/);
  await expect(shownBy(chart.getOption() as never)).rejects.toThrow("the SVG of any library");
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==",
  "base64",
);
const fileOf = (head: string) => Buffer.concat([Buffer.from(head, "latin1"), Buffer.alloc(600)]);

test.each([
  ["a Buffer", "image", () => png, ".png"],
  ["a typed array", "image", () => new Uint8Array(png), ".png"],
  ["an ArrayBuffer", "image", () => new Uint8Array(png).buffer, ".png"],
  ["a Blob", "image", () => new Blob([png]), ".png"],
  [
    "a stream of Node.js in small pieces",
    "image",
    () => Readable.from([...png].map((byte) => Buffer.of(byte))),
    ".png",
  ],
  ["a web stream", "image", () => new Blob([png]).stream(), ".png"],
  ["SVG", "image", () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ".svg"],
  ["JPEG", "image", () => fileOf("\xff\xd8\xff\xe0"), ".jpg"],
  ["WebP", "image", () => fileOf("RIFF\0\0\0\0WEBP"), ".webp"],
  ["AVIF", "image", () => fileOf("\0\0\0\x20ftypavif"), ".avif"],
  ["WAV", "audio", () => fileOf("RIFF\0\0\0\0WAVE"), ".wav"],
  ["MP3", "audio", () => fileOf("ID3"), ".mp3"],
  ["MP4", "video", () => fileOf("\0\0\0\x20ftypisom"), ".mp4"],
  ["WebM", "video", () => fileOf("\x1aE\xdf\xa3"), ".webm"],
  ["what nobody knows", "video", () => fileOf("nothing"), ""],
])("bytes become a file that ends as their format asks: %s", async (_name, type, make, extension) => {
  await using run = await runBlock((_inputs: object, context: Context) =>
    context.preview({ type, data: make() }),
  );
  const [preview] = run.previews as unknown as { data: string }[];
  expect(extname(preview?.data ?? "none")).toBe(extension);
  expect((await readFile(preview?.data ?? "")).length).toBeGreaterThan(20);
});

test("addresses stay, lists of pictures may mix them with bytes, and a stream that fails is reported", async () => {
  const url = new URL("https://example.com/a.png");
  expect(await shownBy({ type: "image", data: url })).toEqual({ type: "image", data: url.href });
  expect(await shownBy({ type: "video", data: "/a/film.mp4", id: "live" })).toEqual({
    type: "video",
    data: "/a/film.mp4",
    id: "live",
  });
  const mixed = await shownBy({ type: "image", data: [url, png, "/b.png"] });
  expect(mixed.data).toEqual([url.href, expect.stringMatching(/\.png$/), "/b.png"]);
  const failing = (async function* () {
    yield png;
    throw new Error("the camera is gone");
  })();
  await expect(shownBy({ type: "image", data: failing })).rejects.toThrow("the camera is gone");
});

test("a picture that is neither an address nor bytes is refused, as is what nobody can name", async () => {
  const withInfo = { data: png, info: { format: "png" } };
  const refusal = (name: string) =>
    `preview() of image needs a URL, a path, base64 or bytes as its data, not ${name}.`;
  await expect(shownBy({ type: "image", data: withInfo as never })).rejects.toThrow(refusal("an Object"));
  await expect(shownBy({ type: "image", data: [png, 7] as never })).rejects.toThrow(refusal("a number"));
});

test("pixels that are not encoded are told to be no picture, a sound of any format is not", async () => {
  await using run = await runBlock(async (_inputs: object, context: Context) => {
    await context.preview({ type: "image", data: Buffer.alloc(600) });
    await context.preview({ type: "image", data: [png, Readable.from([Buffer.alloc(600)])] });
    await context.preview({ type: "audio", data: Buffer.alloc(600) });
  });
  expect(run.previews).toHaveLength(3);
  const reason = "its bytes begin like no picture that browsers know; encode it first, as PNG for instance.";
  expect(run.warnings).toEqual(["", "[1]"].map((place) => `preview(), at payload.data${place}: ${reason}`));
});

test.each(["image", "audio", "video"])(
  "bytes that nobody awaited are left out, with a warning that says where: %s",
  async (type) => {
    const later = () => Promise.resolve(png);
    // biome-ignore lint/suspicious/noThenProperty: as a query builder, which is no Promise
    const lazy = { then: (take: (bytes: Buffer) => void) => take(png) };
    await using run = await runBlock(async (_inputs: object, context: Context) => {
      await context.preview({ type, data: later() });
      await context.preview({ type, data: [later(), lazy] });
      await context.preview({ type, data: [png, later(), "/b.png"] });
      await context.preview({ type, data: ["/a.png", later()] });
    });
    expect(run.previews.map(({ data }) => data)).toEqual([
      [expect.stringMatching(/\.png$/), "/b.png"],
      ["/a.png"],
    ]);
    expect(run.errors).toEqual([]);
    expect(run.warnings).toEqual(
      ["", "[0]", "[1]", "[1]", "[1]"].map(
        (place) => `preview(), at payload.data${place}: it is a promise; await it first.`,
      ),
    );
  },
);

test.each(["text", "json", "image", "table", "my-own"])(
  "data that is undefined is nothing to show, with a warning: %s",
  async (type) => {
    await using run = await runBlock((_inputs: object, context: Context) =>
      context.preview({ type, data: undefined }),
    );
    expect(run.previews).toEqual([]);
    expect(run.warnings).toEqual([
      `preview(), at payload.data: it is undefined, so that there is nothing to show as ${type}.`,
    ]);
  },
);

test("an Observable Plot arrives as its markup in outputs and JSON", async () => {
  const { document } = new JSDOM("").window;
  const plot = Plot.plot({ document, title: "Sizes", marks: [Plot.barY([1, 2])] });
  await using run = await runBlock(
    async (_: object, context: Context) => {
      await context.preview({ type: "json", data: [plot] });
      return { plot };
    },
    { outputsDef: ["plot"] },
  );
  expect(run.result).toEqual({ plot: plot.outerHTML });
  expect(run.previews).toEqual([{ type: "json", data: [plot.outerHTML] }]);
  expect(run.warnings).toEqual([]);
});

test("an Observable Plot becomes an image, or with a title a page", async () => {
  const { document } = new JSDOM("").window;
  const marks = [Plot.barY([{ x: "ä", y: 1 }], { x: "x", y: "y" })];
  const image = await shownBy(Plot.plot({ document, marks }));
  expect(image.type).toBe("image");
  const source = String(image.data);
  expect(source.startsWith("data:image/svg+xml;charset=utf-8,")).toBe(true);
  const svg = decodeURIComponent(source.slice(source.indexOf(",") + 1));
  // Parsed strictly, as a browser parses images.
  const parsed = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document;
  expect(parsed.documentElement.namespaceURI).toBe("http://www.w3.org/2000/svg");
  expect(parsed.querySelectorAll("g[aria-label=bar] rect")).toHaveLength(1);
  expect(parsed.documentElement.textContent).toContain("ä");

  const titled = await shownBy(Plot.plot({ document, title: "Sizes", marks }));
  expect(titled.type).toBe("html");
  expect(titled.data).toContain("<h2>Sizes</h2>");
});

test("SVG is an image wherever it is given", async () => {
  const svg = `<?xml version="1.0"?>\n<!-- made by hand --><svg width="1"><rect/></svg>`;
  const named = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(named)}`;
  const element = new JSDOM(svg).window.document.querySelector("svg") as SVGElement;
  expect(await shownBy(svg)).toEqual({ type: "image", data: source });
  expect(await shownBy(named, "n")).toEqual({ type: "image", data: source, id: "n" });
  const shown = await shownBy({ type: "image", data: ["/a.png", svg, element] });
  expect(shown.data).toEqual(["/a.png", source, expect.stringContaining("data:image/svg+xml")]);
  expect((await shownBy({ type: "html", data: element })).data).toContain("<rect>");
});

test.each([
  ["comments without a picture", "<!-- -->".repeat(50_000)],
  ["comments that are not closed", `<!--${"-->  <!--".repeat(50_000)}`],
  ["a declaration without an end", "<?xml ".repeat(50_000)],
])("%s are told from SVG, each character read once", async (_name, data) => {
  // 183 bytes took almost a second before: this would not end.
  expect(await shownBy({ type: "image", data })).toEqual({ type: "image", data });
});

test("text, paths and other payloads are left alone, and nonsense is refused in words", async () => {
  for (const payload of [
    { type: "image", data: "data:image/png;base64,AA==" },
    { type: "text", data: { mark: 1, encoding: {} } },
    { type: "text/x-log", data: 1 },
    { type: "markdown", data: "<svg></svg>" },
    { type: "my-own", data: { data: [] } },
  ]) {
    expect(await shownBy(payload)).toEqual(payload);
  }
  for (const nonsense of ["text", {}, { data: 1 }, { mark: "bar" }] as never[]) {
    await expect(shownBy(nonsense)).rejects.toThrow("preview() needs");
  }
  const cycle: { data: object[] } = { data: [] };
  cycle.data.push(cycle);
  await expect(shownBy(cycle)).rejects.toThrow("it contains itself");
});
