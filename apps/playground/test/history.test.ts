import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeTasks } from "../src/blocks/merge-tasks.ts";
import { openPlayground } from "./helpers/open-playground.ts";
import { routeOf, run, untilStatus } from "./helpers/page-actions.ts";
import { startTask } from "./helpers/start-task.ts";

let playground: Awaited<ReturnType<typeof openPlayground>>;

beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground[Symbol.asyncDispose]());

test("the history shows the tasks of the server, page by page, and deletes them", async () => {
  const count = 35;
  let route = "";
  for (let started = 0; started < count; started += 1)
    route = await startTask(playground.connect.url, "show::given", { payloads: [] });
  await using opened = await playground.openPage(route);
  const { page, complaints } = opened;
  await untilStatus(page, "completed");
  await page.getByRole("button", { name: "History" }).click();
  const items = page.locator(".history-item");
  await expect.poll(() => items.count()).toBe(30);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect.poll(() => items.count()).toBe(count);
  expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);

  const item = items.filter({ has: page.locator("[aria-current=page]") });
  await item.getByRole("button", { name: "Delete this task" }).click();
  await page.getByRole("button", { name: "History" }).focus();
  expect(await item.getByRole("button", { name: "Delete", exact: true }).count()).toBe(0);
  await item.getByRole("button", { name: "Delete this task" }).click();
  await item.getByRole("button", { name: "Delete", exact: true }).click();
  await item.waitFor({ state: "detached" });
  const taskId = route.split("/").at(-1);
  expect((await fetch(`${playground.connect.url}/v1/tasks/${taskId}`)).status).toBe(404);
  expect(complaints).toEqual([]);
});

test("a task that runs cannot be deleted", async () => {
  const route = await startTask(playground.connect.url, "show::slow", { seconds: 30 });
  await using opened = await playground.openPage(route);
  const { page } = opened;
  await untilStatus(page, "running");
  await page.getByRole("button", { name: "History" }).click();
  const item = page.locator(".history-item").filter({ has: page.locator("[aria-current=page]") });
  await item.locator(".pill").waitFor();
  expect(await item.getByRole("button").count()).toBe(0);
  await page.getByRole("button", { name: "Stop" }).click();
  await untilStatus(page, "stopped");
});

test("two tabs keep what was filled in in both of them", async () => {
  await using opened = await playground.openPage(routeOf("show::slow"));
  const first = opened.page;
  const second = await first.context().newPage();
  await second.goto(playground.app.url + routeOf("show::slow"));
  for (const page of [first, second]) {
    await page.getByRole("textbox", { name: "seconds" }).fill("1");
  }
  for (const page of [first, second]) {
    await run(page);
    await untilStatus(page, "completed");
  }
  const noted = await first.evaluate(() => JSON.parse(localStorage.getItem("oomol-connect.history") ?? "[]"));
  expect(noted).toHaveLength(2);
});

test("of a task that this browser follows its own state counts, and what the server has not told of is listed too", () => {
  const own = (taskId: string, startedAt: number) => ({
    ...{ taskId, blockId: "a::b", startedAt, drafts: {} },
    status: "running" as const,
  });
  const stored = (id: string, created_at: number) => ({
    ...{ id, manifest_path: "a::b", created_at },
    status: "queued" as const,
  });
  const rows = mergeTasks([own("both", 2), own("mine", 3)], [stored("theirs", 4), stored("both", 2)]);
  expect(rows).toEqual([
    { taskId: "theirs", blockId: "a::b", status: "queued", startedAt: 4, isStored: true },
    { taskId: "mine", blockId: "a::b", status: "running", startedAt: 3, isStored: false },
    { taskId: "both", blockId: "a::b", status: "running", startedAt: 2, isStored: true },
  ]);
});
