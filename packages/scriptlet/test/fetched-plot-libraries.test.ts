import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fetchNpmPackages } from "@oomol/test-helpers/fetch-npm-packages";
import { beforeAll, expect, test } from "vitest";
import type { Context } from "../src/index.ts";
import { runBlock } from "../src/testing/index.ts";
import { shownBy } from "./helpers/preview-block.ts";

let load: NodeJS.Require;

beforeAll(() => {
  load = fetchNpmPackages(
    { dependencies: { "@napi-rs/canvas": "1.1.1", "chart.js": "4.6.1", sharp: "0.35.5" } },
    "These tests show pictures of Chart.js and sharp: let npm reach the registry.",
  );
});

const size = { width: 300, height: 200 };
const data = { labels: ["a", "b"], datasets: [{ data: [1, 2], backgroundColor: "rgb(255, 0, 0)" }] };

function drawChart() {
  const canvas = load("@napi-rs/canvas").createCanvas(size.width, size.height);
  const options = { animation: false, responsive: false };
  const { Chart } = load("chart.js/auto");
  return { canvas, chart: new Chart(canvas, { type: "bar", data, options }) };
}

async function redPixels(source: string | Buffer): Promise<number> {
  const { createCanvas, loadImage } = load("@napi-rs/canvas");
  const picture = createCanvas(size.width, size.height).getContext("2d");
  picture.drawImage(await loadImage(source), 0, 0);
  const { data: bytes } = picture.getImageData(0, 0, size.width, size.height);
  let red = 0;
  for (let at = 0; at < bytes.length; at += 4) if (bytes[at] === 255 && bytes[at + 1] === 0) red += 1;
  return red;
}

test("Chart.js is shown by the picture of its canvas, as bytes or as its address", async () => {
  const { canvas, chart } = drawChart();
  const address = chart.toBase64Image();
  await using run = await runBlock(async (_inputs: object, context: Context) => {
    await context.preview({ type: "image", data: canvas.toBuffer("image/png") });
    await context.preview({ type: "image", data: address });
  });
  const [file, named] = run.previews as unknown as { data: string }[];
  expect(extname(file?.data ?? "")).toBe(".png");
  expect(await redPixels(await readFile(file?.data ?? ""))).toBeGreaterThan(1_000);
  expect(named).toEqual({ type: "image", data: address });
  expect(await redPixels(address)).toBeGreaterThan(1_000);
});

test("the configuration of a Chart.js chart is shown as it is, also as an object of its class", async () => {
  const labels = { type: "bar", data: { labels: ["a", "b"] } };
  expect(await shownBy({ type: "bar", data })).toMatchObject(labels);
  expect(await shownBy(drawChart().chart.config)).toMatchObject(labels);
});

test("what sharp gives is an image", async () => {
  const sharp = load("sharp");
  const red = sharp({ create: { ...size, channels: 3, background: "rgb(255, 0, 0)" } });
  for (const format of ["png", "webp", "avif", "jpeg"]) {
    await using run = await runBlock(async (_inputs: object, context: Context) => {
      await context.preview({ type: "image", data: await red.clone().toFormat(format).toBuffer() });
      await context.preview({ type: "image", data: red.clone().toFormat(format) });
    });
    const [bytes, stream] = run.previews as unknown as { data: string }[];
    for (const shown of [bytes, stream]) {
      expect(extname(shown?.data ?? "")).toBe(format === "jpeg" ? ".jpg" : `.${format}`);
      expect((await sharp(shown?.data).metadata()).width).toBe(size.width);
    }
  }
});
