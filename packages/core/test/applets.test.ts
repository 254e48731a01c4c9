import type { TimeoutError } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

const applet = {
  appletId: "84dc8cac",
  userId: "u",
  data: {
    packageId: "json-repair-1.0.1",
    blockName: "json-repair",
    presetInputs: { content: "{}", indent: 2, preview: true },
  },
};

const serveApplets = async () => {
  const applets = await serve({ applets: [applet] });
  const server = await serve({}, { appletsUrl: applets.baseUrl.replace("/api", ""), apiToken: "api-123456" });
  return {
    ...server,
    listed: applets.fake,
    async [Symbol.asyncDispose]() {
      await applets[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

test("lists applets from their own service, with the same token", async () => {
  await using server = await serveApplets();
  expect(await server.client.applets.list()).toEqual([applet]);
  expect(server.listed.requests[0]).toMatchObject({ method: "POST", path: "/rpc/listApplets", body: "{}" });
  expect(server.listed.requests[0]?.headers.authorization).toBe("api-123456");
});

test.each([
  ["nothing", undefined],
  ["an object", { content: "new", indent: 4 }],
  ["a list", [{ handle: "content", value: "new" }]],
  ["nodes", [{ nodeId: "_", inputs: [{ handle: "content", value: "new" }] }]],
])("runs an applet's block with its presets, overlaid by %s", async (_, inputValues) => {
  await using server = await serveApplets();
  const { result } = await server.client.applets.run({
    appletId: "84dc8cac",
    ...(inputValues && { inputValues }),
  });
  const own = inputValues === undefined ? {} : { content: "new" };
  const indent = inputValues && !Array.isArray(inputValues) ? 4 : 2;
  expect(result).toEqual({ content: "{}", preview: true, ...own, indent });
  expect(server.fake.tasks.get("task-1")?.blockId).toBe("json-repair::json-repair");
});

test("the time for a run includes the listing", async () => {
  await using server = await serveApplets();
  server.listed.inject({ kind: "hang" });
  await expect(server.client.applets.run({ appletId: "84dc8cac" }, { timeoutMs: 50 })).rejects.toThrow(
    "Timed out after 50 ms, waiting for the applets to be listed",
  );
  server.fake.inject({ kind: "hang" }, { method: "POST" });
  const started = performance.now();
  const failure = await server.client.applets
    .run({ appletId: "84dc8cac" }, { timeoutMs: 250 })
    .catch((caught: unknown) => caught);
  const { timeoutMs } = failure as TimeoutError;
  expect(failure).toMatchObject({ name: "TimeoutError", mayHaveHappened: true });
  // What is left after the listing.
  expect(timeoutMs).toBeLessThanOrEqual(250);
  expect(timeoutMs).toBeLessThanOrEqual(Math.ceil(performance.now() - started));
});

test("an unknown applet is told", async () => {
  await using server = await serveApplets();
  await expect(server.client.applets.run({ appletId: "nope" })).rejects.toThrow('no applet "nope"');
});
