import { getRequestListener } from "@hono/node-server";
import { createConnectProxy } from "@oomol/connect-node/proxy";
import { serve } from "@oomol/test-helpers/serve";
import { startConnectServer } from "@oomol/test-server";
import { afterAll, expect, test } from "vitest";
import { closeBrowser, openPage } from "./helpers/open-page.ts";

afterAll(closeBrowser);

test("a page of another origin asks no more often than plain requests would", {
  timeout: 120_000,
}, async () => {
  await using connect = await startConnectServer({ flags: ["--log-level", "silent"] });
  const asked: string[] = [];
  let answer: ReturnType<typeof getRequestListener> | undefined;
  await using api = await serve(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    await answer?.(request, response);
  });
  await using opened = await openPage(() => undefined);
  const proxy = createConnectProxy({
    baseUrl: connect.url,
    allowBlocks: ["pkg::*"],
    authorize: "public",
    allowedOrigins: [opened.server.origin],
  });
  answer = getRequestListener(proxy, { overrideGlobalObjects: false });
  const { page } = opened;
  const seenIn = async (work: () => Promise<unknown>) => {
    asked.length = 0;
    await work();
    return [...asked];
  };

  // A new client each time: one that knows what the server can asks for more, and with more headers.
  const baseUrl = `${api.origin}/api`;
  const byClient = {
    list: () =>
      page.evaluate((url) => new window.connect.OomolConnectClient({ baseUrl: url }).blocks.list(), baseUrl),
    upload: () =>
      page.evaluate(
        (url) =>
          new window.connect.OomolConnectClient({ baseUrl: url }).tasks.createWithFiles(
            "pkg::file-processor",
            {},
            new File(["a"], "a.txt"),
          ),
        baseUrl,
      ),
    create: () =>
      page.evaluate(
        (url) =>
          new window.connect.OomolConnectClient({ baseUrl: url }).tasks
            .create({ blockId: "pkg::file-processor" })
            .catch(() => "refused without a file"),
        baseUrl,
      ),
  };
  const plainly = {
    list: () => page.evaluate(async (url) => (await fetch(`${url}/v1/blocks`)).text(), baseUrl),
    upload: () =>
      page.evaluate(async (url) => {
        const form = new FormData();
        form.append("manifest", "pkg::file-processor");
        form.append("inputValues", "[]");
        form.append("files", new File(["a"], "a.txt"));
        return (await fetch(`${url}/v1/tasks`, { method: "POST", body: form })).text();
      }, baseUrl),
    create: () =>
      page.evaluate(async (url) => {
        const headers = { "content-type": "application/json" };
        return (await fetch(`${url}/v1/tasks`, { method: "POST", headers, body: "{}" })).text();
      }, baseUrl),
  };
  expect(await seenIn(byClient.list)).toEqual(["GET /api/v1/blocks"]);
  expect(await seenIn(byClient.list)).toEqual(await seenIn(plainly.list));
  expect(await seenIn(byClient.upload)).toEqual(["POST /api/v1/tasks"]);
  expect(await seenIn(byClient.upload)).toEqual(await seenIn(plainly.upload));
  // Control: JSON asks first, in either way.
  expect(await seenIn(byClient.create)).toEqual(["OPTIONS /api/v1/tasks", "POST /api/v1/tasks"]);
  expect(await seenIn(plainly.create)).toContain("OPTIONS /api/v1/tasks");
});
