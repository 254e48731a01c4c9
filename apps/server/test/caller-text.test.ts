import { safeFileName } from "@oomol/connect-core/adapter";
import { startCpuClock } from "@oomol/test-helpers/start-cpu-clock";
import { describe, expect, test } from "vitest";
import { describeBothServers } from "./both-servers.ts";
import { refusalOf, type TestServer } from "./open-test-server.ts";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const nodes = (json: string) => `[{"nodeId":"_","inputs":[{"handle":"text","value":${json}}]}]`;
const body = (json: string) => `{"manifest":"lab::shout","inputValues":${nodes(json)}}`;

const post = (path: string, text: string) => (server: TestServer) =>
  server.request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: text });

const form = (inputValues: string, fileName?: string) => (server: TestServer) => {
  const parts = new FormData();
  parts.set("manifest", "lab::one-file");
  parts.set("inputValues", inputValues);
  if (fileName !== undefined) parts.set("files", new File(["x"], fileName));
  return server.request("/v1/tasks", { method: "POST", body: parts });
};
const get =
  (path: string, headers: Record<string, string> = {}) =>
  (server: TestServer) =>
    server.request(path, { headers });

const tooDeep = "The JSON is nested too deep: a value may have 100 levels, more the engine cannot read.";
const longName = "The name of a file has more than the 1024 bytes allowed.";
const noNul = "An id holds no NUL character.";

type Case = [
  what: string,
  ask: (server: TestServer) => Promise<Response>,
  status: number,
  message: string | RegExp,
];

const cases: Case[] = [
  ["a value of 101 levels", post("/v1/tasks", body(nested(101))), 400, tooDeep],
  ["one of 100, which is judged by the block", post("/v1/tasks", body(nested(100))), 400, /text/],
  ["brackets, 0.6 MB of them", post("/v1/tasks", nested(300_000)), 400, tooDeep],
  ["brackets, 15 MB of them", post("/v1/tasks", body(nested(7_500_000))), 400, tooDeep],
  ["objects within each other", post("/v1/tasks", '{"a":'.repeat(200_000)), 400, tooDeep],
  ["an install that is nested", post("/packages/install", nested(30_000)), 400, tooDeep],
  ["a form's value of 101 levels", form(nodes(nested(101))), 400, tooDeep],
  ["one of 100 in a form", form(nodes(nested(100))), 400, /text/],
  ["a form's field of brackets", form(nested(300_000)), 400, tooDeep],
  ["a file's name of 1,025 bytes", form("[]", `${"é".repeat(512)}a`), 400, longName],
  ["a file's name of 12,000 bytes", form("[]", "ab. ".repeat(3_000)), 400, longName],
  ["an id with a NUL", get("/v1/tasks/a%00b"), 400, noNul],
  ["logs of one", get("/v1/tasks/a%00b/logs"), 400, noNul],
  ["a file of one", get("/v1/tasks/a%00b/files/x"), 400, noNul],
  ["an install of that id", get("/packages/install/a%00b"), 400, noNul],
];

describeBothServers(({ shared }) => {
  test.each(cases)("refuses %s", async (_what, ask, status, message) => {
    const cpuMs = startCpuClock();
    const refusal = await refusalOf(await ask(shared()));
    expect(refusal).toEqual({
      status,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect(cpuMs()).toBeLessThan(2_000); // brackets that are parsed take 3 s and more
  });

  test("takes a file's name of 1,024 bytes, shortened to what a folder takes, with its ending", async () => {
    const response = await form("[]", `${"é".repeat(510)}.png`)(shared());
    const { task } = (await response.json()) as { task: { id: string; inputValues: unknown } };
    expect(await shared().waitForEnd(task.id)).toMatchObject({ status: "completed" });
    const { result } = (await shared().finish(task.id)) as { result: { path: string } };
    expect(result.path).toMatch(/\/é{125}\.png$/);
  });

  test("takes no number of a log for more than a number", async () => {
    const id = await shared().start("lab::shout", { text: "x" });
    await shared().waitForEnd(id);
    const after = await shared().getJson(`/v1/tasks/${id}/logs?after=${"9".repeat(30)}`);
    expect(after).toMatchObject({ logs: [] });
    const headers = { Accept: "text/event-stream", "Last-Event-ID": "9".repeat(30) };
    const events = await shared().request(`/v1/tasks/${id}`, { headers });
    expect(await events.text()).toMatch(/^event: status\n/);
  });
});

describe("a name of any length", () => {
  test.each([20_000, 200_000])("with %d characters is shortened in no time", (length) => {
    const cpuMs = startCpuClock();
    const name = safeFileName(`${"é".repeat(length)}.png`);
    expect(Buffer.byteLength(name)).toBe(254);
    expect(name).toMatch(/^é+\.png$/);
    expect(cpuMs()).toBeLessThan(500); // 3.7 s for the shorter one, once
  });
});
