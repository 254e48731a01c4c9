import { fileURLToPath } from "node:url";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { extensionNames } from "@oomol/connect-core/wire";
import { fakeHandler } from "@oomol/test-helpers/fake-handler";
import { startReverseProxy } from "@oomol/test-helpers/start-reverse-proxy";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";
import { openTabs } from "./helpers/open-tabs.ts";

afterAll(closeBrowser);

const runsOfTab = 12;

describe("twelve runs in each of two tabs", { timeout: 60_000 }, () => {
  test("leave connections for a list, a creation, an upload, a stop and the page's own requests", async () => {
    const fake = runningServer();
    await using opened = await openPage(fakeHandler(fake));
    await using two = await openTabs(opened.page, opened.server.origin);
    for (const tab of two.tabs) await startRuns(tab);
    await expect.poll(() => streams(fake)).toBe(4);
    await expect.poll(() => waitingTasks(fake).size).toBe(2 * runsOfTab);
    // Not one run ends by itself, so whatever is answered now did not wait for them.
    for (const tab of two.tabs) {
      const answered = await tab.evaluate(async () => {
        const { tasks, blocks } = window.client;
        await blocks.list();
        await (await fetch("/page.js")).text();
        const { task } = await tasks.create({ blockId: "a::b" });
        await tasks.create({ blockId: "a::b", files: [new File(["12345"], "a")] });
        return (await tasks.stop(task.id)).task.status;
      });
      expect(answered).toBe("stopped");
    }
    expect(streams(fake)).toBe(4);
  });

  test("one of which is closed leave its connections to the other", async () => {
    const fake = runningServer();
    await using opened = await openPage(fakeHandler(fake));
    await using two = await openTabs(opened.page, opened.server.origin);
    const [one, other] = two.tabs;
    await startRuns(other);
    await expect.poll(() => streams(fake)).toBe(4);
    await startRuns(one);
    await expect.poll(() => waitingTasks(fake).size).toBe(2 * runsOfTab);
    await other.close();
    await expect.poll(() => streams(fake)).toBe(8);
  });

  test.each(["nginx", "caddy"] as const)("are all streamed over the HTTP/2 of %s", async (kind) => {
    const fake = runningServer();
    await using opened = await openPage(fakeHandler(fake));
    const pem = (name: string) => fileURLToPath(new URL(`../../node/test/fixtures/${name}`, import.meta.url));
    await using gateway = await startReverseProxy({
      kind,
      target: opened.server.origin,
      tls: { certPath: pem("certificate.pem"), keyPath: pem("key.pem") },
      // What our own server asks for by a header.
      directives: kind === "nginx" ? "proxy_buffering off;" : "",
    });
    await using two = await openTabs(opened.page, gateway.origin);
    for (const tab of two.tabs) await startRuns(tab);
    await expect.poll(() => streams(fake)).toBe(2 * runsOfTab);
    expect(fake.requestsTo("GET", /logs/)).toEqual([]);
  });
});

/** Its tasks run until they are stopped. */
function runningServer(): FakeConnectServer {
  return new FakeConnectServer({
    // With one stream for all runs of a tab there would be nothing to share.
    extensions: extensionNames.filter((name) => name !== "shared-events"),
    onTask: (task) => void task.setStatus("running"),
  });
}

async function startRuns(tab: Page): Promise<void> {
  await tab.evaluate(async (count) => {
    window.client = new window.connect.OomolConnectClient();
    // What the server can do is known from its first answer.
    await window.client.tasks.list();
    for (let run = 0; run < count; run += 1) void window.client.tasks.run({ blockId: "a::b" });
  }, runsOfTab);
}

function streams(fake: FakeConnectServer): number {
  return fake.requests.filter(({ headers }) => headers.accept?.startsWith("text/event-stream")).length;
}

/** Those that were looked at, by a stream or a poll. */
function waitingTasks(fake: FakeConnectServer): Set<string> {
  const looked = fake.requestsTo("GET", /task-\d+$/).map(({ path }) => path);
  const streamed = fake.requests.filter(
    ({ method, headers }) => method === "POST" && headers.accept?.startsWith("text/event-stream"),
  );
  return new Set([...looked, ...streamed.map((_, index) => `stream ${index}`)]);
}
