import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlayground } from "./helpers/open-playground.ts";
import { untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

async function show(payloads: object[], width: number) {
  const route = await startTask(playground.connect.url, "show::given", { payloads });
  const opened = await playground.openPage(route, { viewport: { width, height: 800 } });
  await untilStatus(opened.page, "completed");
  return opened;
}

test("a page of a block is as high as its content, and one that always wants more comes to an end", async () => {
  const tall = `<!doctype html><body style="margin:0"><div style="height:1500px">tall</div>`;
  const greedy = `<!doctype html><script>new ResizeObserver(() => { document.body.style.height = innerHeight + 9 + "px" }).observe(document.documentElement)</script>greedy`;
  await using opened = await show(
    [tall, greedy].map((data) => ({ type: "html", data })),
    1280,
  );
  const heightOf = async (index: number) =>
    (await opened.page.locator(".preview iframe").nth(index).boundingBox())?.height;
  await expect.poll(() => heightOf(0)).toBe(1502);
  await opened.page.locator(".preview").nth(1).scrollIntoViewIfNeeded();
  await expect.poll(() => heightOf(1)).toBeGreaterThan(310);
  const settled = await opened.page
    .locator(".preview iframe")
    .nth(1)
    .evaluate(async (frame) => {
      for (let same = 0, last = 0; same < 60; same += 1) {
        await new Promise(requestAnimationFrame);
        const { height } = frame.getBoundingClientRect();
        if (height !== last) [same, last] = [0, height];
      }
      return frame.getBoundingClientRect().height;
    });
  expect(settled).toBeLessThan(2_000);
});

test("on a phone wide tables scroll in their place, and show where they go on", async () => {
  const columns = Array.from({ length: 12 }, (_, index) => `column ${index}`);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const markdown = [columns, columns.map(() => "---"), columns].map(line).join("\n");
  await using opened = await show(
    [
      { type: "table", data: { columns, rows: [columns, columns] } },
      { type: "markdown", data: markdown },
    ],
    390,
  );
  const { page } = opened;
  for (const table of [page.getByRole("region", { name: /^Table/ }), page.locator(".markdown table")]) {
    await table.waitFor();
    expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeGreaterThan(300);
    expect(await table.evaluate((box) => getComputedStyle(box).backgroundAttachment)).toContain("local");
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
