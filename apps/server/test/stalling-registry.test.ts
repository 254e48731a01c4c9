import { once } from "node:events";
import { expect, test } from "vitest";
import { openScriptedRegistry } from "./open-scripted-registry.ts";
import { openTestServer } from "./open-test-server.ts";
import { tarArchive } from "./tar-archive.ts";

test.each(["/slow", "/slow/archive.tgz"])(
  "closes while the registry does not answer for %s",
  async (path) => {
    await using registry = await openScriptedRegistry();
    registry.serve("slow", tarArchive([]));
    await using server = await openTestServer({ registry: registry.url });
    const asked = registry.stall(path);
    await server.request("/packages/install", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: "slow", version: "1.0.0" }),
    });
    const unanswered = await asked;
    const hungUp = once(unanswered, "close");
    await server.close();
    await hungUp;
    expect(unanswered.writableEnded).toBe(false);
  },
  30_000,
);

test("a busy registry is asked again when it says, once, and then told of without the token", async () => {
  await using registry = await openScriptedRegistry();
  const askedAtMs: number[] = [];
  registry.answer("/busy", (response) => {
    askedAtMs.push(performance.now());
    response.writeHead(503, { "retry-after": "1" }).end();
  });
  const options = { registry: registry.url, registryToken: "a-secret-token" };
  await using server = await openTestServer(options);
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ name: "busy", version: "1.0.0" });
  const install = { method: "POST", headers, body };
  const { taskId } = await server.getJson<{ taskId: string }>("/packages/install", install);
  const held = { headers: { Prefer: "wait=20" } };
  const { task } = await server.getJson<{ task: object }>(`/packages/install/${taskId}`, held);
  expect(task).toMatchObject({ status: "failed", error: expect.stringMatching(/it answers 503\.$/) });
  expect(JSON.stringify(task)).not.toContain("a-secret-token");
  const [first = 0, second = 0] = askedAtMs;
  expect(askedAtMs).toHaveLength(2);
  expect(second - first).toBeGreaterThan(990);
});
