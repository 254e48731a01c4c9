import { afterEach, expect, test } from "vitest";
import { idOf } from "../open-test-server.ts";
import { installStandIn } from "./install-stand-in.ts";
import { createFlow, openFlowServer } from "./open-flow-server.ts";

afterEach(() => void delete process.env.OOCANA_CONNECTOR_BASE_URL);

test("the engine knows the address of connectors, which none of the server's other settings names", async () => {
  process.env.OOCANA_CONNECTOR_BASE_URL = "http://127.0.0.1:9";
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("mill::asks-env");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect(await server.finish(id)).toMatchObject({ result: { address: "http://127.0.0.1:9" } });
});

test("an executor that is late for the engine is told with the flag that does not help", async () => {
  await using _oocana = await installStandIn({ readyTimeoutMs: 1 });
  await using server = await openFlowServer();
  const id = await idOf(await server.request("/v1/tasks", createFlow("mill::relay", {})));
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  const { event } = (await server.logs(id)).at(-1) ?? {};
  expect(event).toMatchObject({
    _error: {
      message: expect.stringMatching(
        /^The executor "raw" was not ready within .*--executor-ready-timeout-ms/,
      ),
    },
  });
});
