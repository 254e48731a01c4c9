import { text } from "node:stream/consumers";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { startTask } from "./helpers/start-task.ts";

// Every type of the Context API, as a real block shows it, in a real browser.
let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

interface Payload {
  type?: string;
  data?: unknown;
  /** Written by the block: `text`, then `again` so many `times`. */
  file?: { name: string; text: string; again?: string; times?: number };
  [field: string]: unknown;
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="red"/></svg>`;
const image = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
const html = "<!doctype html><p>Words of a block</p>";

const isDrawn = (picture: Locator) =>
  expect.poll(() => picture.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(60);

const says = (text: string) => (preview: Locator) =>
  preview.getByText(text, { exact: true }).first().waitFor();
const saysInFrame = (text: string) => (preview: Locator) =>
  preview.frameLocator("iframe").getByText(text).first().waitFor();

const types: [name: string, payload: Payload, check: (preview: Locator) => Promise<unknown>][] = [
  ["an image", { type: "image", data: image }, (preview) => isDrawn(preview.locator("img"))],
  [
    "a list of images",
    { type: "image", data: [image, image, image] },
    async (preview) => {
      await isDrawn(preview.locator("img").nth(2));
      expect(await preview.locator("img").count()).toBe(3);
    },
  ],
  ["an image as SVG text", { type: "image", data: svg }, (preview) => isDrawn(preview.locator("img"))],
  [
    "an image in a file",
    { type: "image", file: { name: "a picture.svg", text: svg } },
    (preview) => isDrawn(preview.locator("img")),
  ],
  [
    "markdown",
    { type: "markdown", data: "# Title\n\n| a |\n| - |\n| 1 |" },
    (preview) => preview.getByRole("cell", { name: "1" }).waitFor(),
  ],
  [
    "markdown in a file",
    { type: "markdown", file: { name: "notes.md", text: "## From a file" } },
    says("From a file"),
  ],
  ["html", { type: "html", data: html }, saysInFrame("Words of a block")],
  [
    "html in a file",
    { type: "html", file: { name: "page.html", text: html } },
    saysInFrame("Words of a block"),
  ],
  [
    "an iframe",
    { type: "iframe", data: `data:text/html,${encodeURIComponent(html)}` },
    saysInFrame("Words of a block"),
  ],
  ["json", { type: "json", data: { answer: 42 } }, says('"answer":')],
  ["text", { type: "text", data: "plain words" }, says("plain words")],
  ["text of another kind", { type: "text/x-log", data: "log words" }, says("log words")],
  [
    "a table",
    { type: "table", data: { columns: ["name"], rows: [["Ada"], [null], [{ a: 1 }]], row_count: 5_000 } },
    async (preview) => {
      await preview.getByRole("cell", { name: "Ada" }).waitFor();
      await preview.getByRole("cell", { name: '{"a":1}' }).waitFor();
      await preview.getByText("3 of 5,000 rows").waitFor();
    },
  ],
  [
    "a CSV file",
    { type: "csv", file: { name: "people.csv", text: 'name,words\nAda,"one, two"\n' } },
    (preview) => preview.getByRole("cell", { name: "one, two" }).waitFor(),
  ],
  ["a type that nobody knows", { type: "hologram", data: { depth: 3 } }, says('"depth":')],
];

test.for(types)("shows %s", async ([, payload, check]) => {
  await using opened = await showPreviews([payload]);
  await check(opened.page.locator(".preview").first());
  expect(opened.complaints).toEqual([]);
});

test("a table says what it was, and is saved as CSV", async () => {
  const data = {
    columns: ["id", "words"],
    types: ["Int64", "String"],
    rows: [
      [1, 'say "x"'],
      [null, { a: 1 }],
    ],
  };
  const huge = { name: "huge.csv", text: "n\n", again: "1\n", times: 10_000_000 };
  await using opened = await showPreviews([
    { type: "table", data },
    { type: "csv", file: huge, types: ["Float32"] },
  ]);
  const [small, cut] = [opened.page.locator(".preview").first(), opened.page.locator(".preview").nth(1)];
  await small.getByText("2 rows × 2 columns").waitFor();
  await small.getByRole("columnheader", { name: "Int64" }).waitFor();
  expect(await savedBy(opened.page, small)).toBe('id,words\n1,"say ""x"""\n,"{""a"":1}"\n');

  await cut.getByRole("columnheader", { name: "Float32" }).waitFor();
  await cut.getByText(/^first 8,388,60\d rows × 1 column$/).waitFor();
  expect(await savedBy(opened.page, cut)).toHaveLength(2 + 2 * huge.times);
});

test("a data frame that was cut counts its rows, and is saved without the dots between them", async () => {
  const records = Array.from({ length: 2_000 }, (_, n) => ({ n }));
  await using opened = await showPreviews([{ type: "table", data: records }]);
  const preview = opened.page.locator(".preview").first();
  await preview.getByText("1,000 of 2,000 rows × 1 column").waitFor();
  const lines = (await savedBy(opened.page, preview)).trim().split("\n");
  expect(lines).toHaveLength(1_001);
  expect(lines).not.toContain("…");
});

test("the first rows of a long file are drawn before the others are read", async () => {
  const file = { name: "long.csv", text: "n\n", again: "1\n", times: 1_000_000 };
  const route = await startTask(playground.connect.url, "show::given", {
    payloads: [{ type: "csv", file }],
  });
  await using opened = await playground.openPage();
  let readOn = () => {};
  const isSeen = new Promise<void>((resolve) => (readOn = resolve));
  let asked = 0;
  await opened.page.route("**/files/**", async (request) => {
    asked += 1;
    if (asked > 1) await isSeen;
    await request.continue();
  });
  await opened.page.goto(playground.app.url + route);
  await opened.page.getByText(/^first 131,07\d rows × 1 column$/).waitFor();
  readOn();
  await opened.page.getByText("1,000,000 rows × 1 column").waitFor();
});

/** What the person gets who saves a preview. */
async function savedBy(page: Page, preview: Locator): Promise<string> {
  const download = page.waitForEvent("download");
  await preview.getByRole("button", { name: "CSV" }).click();
  return text(await (await download).createReadStream());
}

test("a hundred thousand rows scroll, and a few of them are in the document", async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => `${index + 1},name ${index + 1}`);
  const text = ["row,name", ...rows].join("\n");
  await using opened = await showPreviews([{ type: "csv", file: { name: "long.csv", text } }]);
  const table = opened.page.getByRole("region", { name: /^Table/ });
  await opened.page.getByText("100,000 rows", { exact: true }).waitFor();
  for (const row of [50_000, 100_000]) {
    await table.evaluate((box, share) => box.scrollTo(0, box.scrollHeight * share), row / 100_000);
    await table.getByRole("cell", { name: `name ${row}`, exact: true }).waitFor();
    expect(await table.getByRole("row").count()).toBeLessThan(60);
  }
});

test("plays a sound and a film", async () => {
  await using recorder = await playground.openPage();
  const [sound, film] = [
    await recordMedia(recorder.page, "audio/webm"),
    await recordMedia(recorder.page, "video/webm"),
  ];
  await using opened = await showPreviews([
    { type: "audio", data: sound },
    { type: "video", data: film },
  ]);
  for (const name of ["audio", "video"]) {
    const player = opened.page.locator(`.preview ${name}`);
    const state = () => player.evaluate((element: HTMLMediaElement) => element.readyState);
    await expect.poll(state).toBeGreaterThanOrEqual(1);
    expect(await player.getAttribute("controls")).not.toBeNull();
  }
  expect(opened.complaints).toEqual([]);
});

async function showPreviews(payloads: Payload[]) {
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  const opened = await playground.openPage();
  await opened.page.goto(playground.app.url + route);
  await opened.page.locator(".output .pill[data-status=completed]").waitFor({ timeout: 25_000 });
  return opened;
}

/** A third of a second of a moving canvas, or of a tone, as the browser itself writes it. */
function recordMedia(page: Page, mimeType: string): Promise<string> {
  return page.evaluate(async (type) => {
    const canvas = document.createElement("canvas");
    const sound = new AudioContext();
    const destination = sound.createMediaStreamDestination();
    const tone = sound.createOscillator();
    tone.connect(destination);
    tone.start();
    const stream = type.startsWith("video") ? canvas.captureStream(30) : destination.stream;
    const draw = () => canvas.getContext("2d")?.fillRect(0, 0, Math.random() * 300, 100);
    const drawing = setInterval(draw, 20);
    const recorder = new MediaRecorder(stream, { mimeType: type });
    const recorded = new Promise<Blob>((resolve) => {
      recorder.ondataavailable = ({ data }) => resolve(data);
    });
    recorder.start();
    setTimeout(() => recorder.stop(), 350);
    const blob = await recorded;
    clearInterval(drawing);
    const reader = new FileReader();
    const read = new Promise((resolve) => {
      reader.onload = resolve;
    });
    reader.readAsDataURL(new Blob([blob], { type }));
    await read;
    return String(reader.result);
  }, mimeType);
}
