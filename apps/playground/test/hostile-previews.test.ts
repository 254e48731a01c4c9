import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { startTask } from "./helpers/start-task.ts";

// Previews that are made to break or hold the page: it goes on, and the preview beside them is shown.
let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const columns = numbers(200_000).map((index) => `c${index}`);
const deep = JSON.parse(`${"[".repeat(90)}1${"]".repeat(90)}`);

const hostile: [name: string, payload: Record<string, unknown>, check: (page: Page) => Promise<unknown>][] = [
  [
    "an address with a percent sign",
    { type: "image", data: "file://%" },
    (page) => page.locator(".output").getByText("file://%").waitFor(),
  ],
  [
    "an address that is none",
    { type: "audio", data: "file://[" },
    (page) => page.locator(".output").getByText("file://[").waitFor(),
  ],
  [
    "comments that look like SVG",
    { type: "image", data: `<!--${"-->  <!--".repeat(20_000)}` },
    (page) => page.locator(".source-card").waitFor(),
  ],
  [
    "200,000 columns",
    { type: "table", data: { columns, rows: [columns, columns] } },
    async (page) => {
      await page.getByText("100 of 200,000 columns").waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByText("2,000 of 200,000 columns").waitFor();
    },
  ],
  [
    "records with 10,000 names",
    {
      type: "table",
      data: numbers(100).map((row) => Object.fromEntries(numbers(100).map((at) => [`r${row}-${at}`, at]))),
    },
    (page) => page.getByText("100 of 10,000 columns").waitFor(),
  ],
  [
    "a cell of a megabyte",
    { type: "table", data: { columns: ["a"], rows: [["x".repeat(1_000_000)], [deep]] } },
    (page) => page.getByText("2 rows", { exact: true }).waitFor(),
  ],
  [
    "a column whose name is an object that cannot be a text",
    { type: "table", data: { columns: [{ toString: 1 }], rows: [[1]] } },
    (page) => page.getByRole("columnheader", { name: '{"toString":1}' }).waitFor(),
  ],
  [
    "a text of three megabytes",
    { type: "text", data: "word ".repeat(600_000) },
    (page) => page.getByRole("button", { name: "Show more" }).waitFor(),
  ],
  [
    "JSON of three megabytes, 90 levels deep",
    { type: "json", data: JSON.parse(`${"[".repeat(90)}${numbers(400_000)}${"]".repeat(90)}`) },
    (page) => page.getByRole("button", { name: "Show more" }).waitFor(),
  ],
  [
    "10,000 pictures",
    {
      type: "image",
      data: numbers(10_000).map(
        () => "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
      ),
    },
    async (page) => {
      await page.getByRole("button", { name: "Show all 10,000" }).waitFor();
      expect(await page.locator(".gallery img").count()).toBe(100);
    },
  ],
  [
    "a megabyte of Markdown",
    { type: "markdown", data: "[".repeat(1_000_000) },
    (page) => page.getByRole("button", { name: "Show more" }).waitFor(),
  ],
  [
    "quotes within quotes",
    { type: "markdown", data: `${">".repeat(20_000)} deep` },
    (page) => page.locator(".preview").first().waitFor(),
  ],
];

test.for(hostile)("%s: the page goes on, and what comes after is shown", async ([, payload, check]) => {
  await using opened = await showPreviews([payload, { type: "text", data: "what comes after" }]);
  await opened.page.getByText("what comes after", { exact: true }).waitFor();
  await check(opened.page);
  await expectUsable(opened.page);
});

test("a thousand previews are shown fifty at first", async () => {
  const payloads = numbers(1_000).map((index) => ({ type: "text", data: `preview ${index}` }));
  await using opened = await showPreviews(payloads);
  await opened.page.getByText("preview 49", { exact: true }).waitFor();
  expect(await opened.page.locator(".preview").count()).toBe(50);
  await opened.page.getByRole("button", { name: "Show all 1,000" }).click();
  await opened.page.getByText("preview 999", { exact: true }).waitFor();
  await expectUsable(opened.page);
});

/** Each group has the one before it ten times. */
const bomb = (levels: number) => {
  const level = (at: number) => `<g id="a${at + 1}">${`<use xlink:href="#a${at}"/>`.repeat(10)}</g>`;
  const first = '<g id="a0"><rect width="1" height="1"/></g>';
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<svg ${names} width="10" height="10"><defs>${first}${numbers(levels).map(level).join("")}</defs><use xlink:href="#a${levels}"/></svg>`;
};

test("a picture that holds the page up is not drawn when its task is opened again, and the task can be removed", async () => {
  const payloads = [{ type: "svg", data: bomb(9) }];
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  await using opened = await playground.openPage();
  const { page } = opened;
  const taskId = route.split("/").at(-1);
  const entry = { taskId, blockId: "show::given", status: "completed", startedAt: 1, drafts: {} };
  await page.evaluate((one) => localStorage.setItem("oomol-connect.history", JSON.stringify([one])), entry);
  await page.goto(playground.app.url + route);
  await expect.poll(() => answers(page), { timeout: 20_000 }).toBe(false);
  await page.close();

  const again = await page.context().newPage();
  await again.goto(playground.app.url + route);
  await again.getByText("The page stopped answering with these previews.").waitFor();
  await again.getByRole("button", { name: "History" }).click();
  const item = again.locator(".history-item").filter({ has: again.locator(`a[href$="${taskId}"]`) });
  await item.getByRole("button", { name: "Delete this task" }).click();
  await item.getByRole("button", { name: "Delete", exact: true }).click();
  await item.waitFor({ state: "detached" });
  await again.getByRole("button", { name: "Show", exact: true }).waitFor();
});

test("previews that were left in order are drawn again", async () => {
  await using opened = await showPreviews([{ type: "text", data: "harmless" }]);
  const { page } = opened;
  await page.getByText("harmless", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("harmless", { exact: true }).waitFor();
});

test("a block's page finds no way to peers", async () => {
  const html =
    "<!doctype html><script>document.write(typeof RTCPeerConnection + typeof webkitRTCPeerConnection)</script>";
  await using opened = await showPreviews([{ type: "html", data: html }]);
  await opened.page.frameLocator(".preview iframe").getByText("undefinedundefined").waitFor();
});

/** Whether the page still runs what it is given. */
async function answers(page: Page): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 1_000);
  });
  const answer = page.evaluate(() => true).catch(() => false); // it rejects when the page is closed
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Answers at once, and other pages can be reached from it. */
async function expectUsable(page: Page): Promise<void> {
  await page.getByRole("button", { name: "History" }).click();
  await page.getByRole("link", { name: /Oomol/ }).first().click();
  await page.getByText("Pick a block, run it, see the result.").waitFor();
}

async function showPreviews(payloads: object[]) {
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  const opened = await playground.openPage();
  await opened.page.goto(playground.app.url + route);
  await opened.page.locator(".output .pill[data-status=completed]").waitFor({ timeout: 25_000 });
  return opened;
}
