import type { Socket } from "node:net";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";
import { openTabs } from "./helpers/open-tabs.ts";

declare global {
  interface Window {
    /** What each run has told, by its task. */
    told: Map<string, (number | undefined)[]>;
    results: Promise<unknown[]>;
  }
}

afterAll(closeBrowser);

const runs = 200;

test("200 runs at once in a page each have live progress, by one request beyond their creations", {
  timeout: 60_000,
}, async () => {
  const fake = runningServer();
  await using opened = await openPage(fakeHandler(fake));
  const { page } = opened;
  await startRuns(page);
  await expect.poll(() => fake.tasks.size, { timeout: 20_000 }).toBe(runs);
  for (const percent of [10, 50, 90]) {
    for (const task of fake.tasks.values()) task.progress(percent);
    await expect.poll(() => runsAt(page, percent), { timeout: 10_000 }).toBe(runs);
  }
  // None has ended, so whatever is answered now did not wait for one.
  await page.evaluate(() => window.client.blocks.list());
  for (const task of fake.tasks.values()) task.complete({ id: task.id });
  const results = await page.evaluate(() => window.results);
  expect(new Set(results)).toEqual(new Set(fake.tasks.keys()));
  const others = fake.requests.filter(({ method, path }) => `${method} ${path}` !== "POST /v1/tasks");
  // The first tells what the server can.
  expect(others.map(({ path }) => path.replace(/[^/]{36}$/, "ID"))).toEqual([
    "/v1/blocks",
    "/v1/events/ID",
    "/v1/blocks",
  ]);
  // Other tabs need connections, too.
  const streams = fake.requests.filter(({ headers }) => headers.accept?.startsWith("text/event-stream"));
  expect(streams).toHaveLength(2);
});

test("two tabs with 200 runs each follow all of them, and go on after the connections broke", {
  timeout: 60_000,
}, async () => {
  const fake = runningServer();
  const answer = fakeHandler(fake);
  const sockets = new Set<Socket>();
  await using opened = await openPage((request, response) => {
    sockets.add(request.socket);
    return answer(request, response);
  });
  await using two = await openTabs(opened.page, opened.server.origin);
  const { tabs } = two;
  for (const tab of tabs) await startRuns(tab);
  await expect.poll(() => fake.tasks.size, { timeout: 20_000 }).toBe(2 * runs);
  for (const task of fake.tasks.values()) task.progress(10);
  for (const tab of tabs) await expect.poll(() => runsAt(tab, 10), { timeout: 10_000 }).toBe(runs);
  for (const socket of sockets) socket.destroy();
  for (const task of fake.tasks.values()) task.progress(90).complete({ id: task.id });
  for (const tab of tabs) {
    expect(await tab.evaluate(() => window.results)).toHaveLength(runs);
    const told = await tab.evaluate(() => [...window.told.values()].map((all) => [...new Set(all)]));
    expect(told).toEqual(Array.from({ length: runs }, () => [undefined, 10, 90]));
  }
});

/** Its tasks run until they are told otherwise. */
function runningServer(): FakeConnectServer {
  return new FakeConnectServer({
    extensions: extensionNames,
    onTask: (task) => void task.setStatus("running"),
  });
}

async function startRuns(tab: Page): Promise<void> {
  await tab.evaluate(async (count) => {
    window.client = new window.connect.OomolConnectClient();
    // What the server can do is known from its first answer.
    await window.client.blocks.list();
    window.told = new Map();
    const run = async () => {
      const { result } = await window.client.tasks.run(
        { blockId: "a::b" },
        {
          onProgress({ id }, { percent }) {
            window.told.set(id, [...(window.told.get(id) ?? []), percent]);
          },
        },
      );
      return result.id;
    };
    window.results = Promise.all(Array.from({ length: count }, run));
  }, runs);
}

/** How many runs have told that much last. */
function runsAt(tab: Page, percent: number): Promise<number> {
  return tab.evaluate(
    (wanted) => [...window.told.values()].filter((told) => told.at(-1) === wanted).length,
    percent,
  );
}
