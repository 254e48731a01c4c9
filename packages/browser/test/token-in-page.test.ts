import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { apiToken, type OpenApp, openAppForFile } from "./helpers/open-app.ts";
import { recordTraffic, type TrafficRecorder } from "./helpers/record-traffic.ts";

const app = openAppForFile();

test("through the proxy a page does everything, and the token is nowhere in it", {
  timeout: 120_000,
}, async () => {
  const { page } = app();
  await using traffic = await openRecorded(app());
  const done = await page.evaluate(async () => {
    const client = new window.connect.OomolConnectClient();
    window.client = client;
    const { blocks } = await client.blocks.list();
    const { result } = await client.tasks.run({ blockId: "lab::shout", inputValues: { text: "hi" } });
    const uploaded = await client.tasks.runWithFiles("pkg::file-processor", {}, new File(["hello"], "a.txt"));
    const files = { "a.txt": "made by a block" };
    const { taskId } = await client.tasks.run({ blockId: "lab::make-files", inputValues: { files } });
    const made = await (await fetch(`/api/v1/tasks/${taskId}/files/a.txt`)).text();
    const failure = await client.tasks.get("no-such-task").catch((caught: unknown) => String(caught));
    localStorage.setItem("last", JSON.stringify(result));
    return { blocks: blocks.length > 0, result, size: uploaded.result.size_bytes, made, failure };
  });
  expect(done).toMatchObject({ blocks: true, result: { loud: "HI!" }, size: 5, made: "made by a block" });
  expect(done.failure).toContain("404");
  expect(await placesOf(apiToken, page, traffic)).toEqual([]);
});

test("control: a token that is in the page is found in each of these places", {
  timeout: 120_000,
}, async () => {
  const { page } = app();
  await using traffic = await openRecorded(app());
  await page.evaluate(async (token) => {
    document.body.dataset.token = token;
    localStorage.setItem("token", token);
    sessionStorage.setItem("token", token);
    await cookieStore.set("token", token);
    Object.assign(window, { settings: { token } });
    await fetch(`/api/v1/tasks/${token}`, { headers: { authorization: token } });
  }, apiToken);
  const places = await placesOf(apiToken, page, traffic);
  expect(new Set(places)).toEqual(
    new Set([
      "the document",
      "window.localStorage",
      "window.sessionStorage",
      "window.settings",
      "cookies",
      "what was sent",
    ]),
  );
});

/** The app's page, with every byte between it and its server written down. */
async function openRecorded({ page, server }: OpenApp): Promise<TrafficRecorder> {
  const traffic = await recordTraffic(server.origin);
  await page.goto(`${traffic.origin}/`);
  await page.waitForFunction(() => "connect" in window);
  return traffic;
}

/** Where a page that runs scripts could find a text, and where it travelled. */
async function placesOf(text: string, page: Page, traffic: TrafficRecorder): Promise<string[]> {
  const inside = await page.evaluate(async () => {
    const variables = Object.keys(window).filter((name) => !(name in Object.getPrototypeOf(window)));
    const values = variables.map((name) => [`window.${name}`, printed(Reflect.get(window, name))]);
    const scripts = await Promise.all(
      Array.from(document.scripts, async ({ src }) => [`script ${src}`, await (await fetch(src)).text()]),
    );
    const databases = JSON.stringify(await indexedDB.databases());
    return [
      ["the document", document.documentElement.outerHTML],
      ["databases", databases],
      ...values,
      ...scripts,
    ] as [string, string][];

    function printed(value: unknown): string {
      try {
        return typeof value === "function" ? value.toString() : (JSON.stringify(value) ?? "");
      } catch {
        return String(value);
      }
    }
  });
  const outside: [string, string][] = [
    ["cookies", JSON.stringify(await page.context().cookies())],
    ["what was sent", traffic.sent()],
    ["what was received", traffic.received()],
  ];
  expect(traffic.sent()).toContain("GET /page.js");
  expect(traffic.received()).toContain("HTTP/1.1 200");
  return [...inside, ...outside].filter(([, content]) => content.includes(text)).map(([place]) => place);
}
