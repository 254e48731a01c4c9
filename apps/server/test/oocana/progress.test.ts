import { OomolConnectClient } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { installStandIn } from "./install-stand-in.ts";
import { openFlowServer } from "./open-flow-server.ts";

test("a preview that a subflow forwards is told of the node inside and of the subflow's node", async () => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("mill::shows");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const previews = (await server.logs(id)).filter(({ type }) => type === "BlockPreview");
  expect(previews.map(({ node_id }) => node_id)).toEqual(["shows", "inner"]);
});

test("a subflow that forwards previews runs by itself, too, and each preview is told of its node", async () => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  const id = await server.start("mill::forwards", { text: "seen" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await server.logs(id);
  expect(logs.filter(({ type }) => type === "BlockPreview").map(({ node_id }) => node_id)).toEqual(["shows"]);
  expect(logs.find(({ type }) => type === "SubflowBlockOutput")).toMatchObject({
    event: { output: "seen", block_path: "/packages/mill-1.0.0/1.0.0/subflows/forwards/subflow.oo.yaml" },
  });
});

test("the progress of a flow counts its nodes, never falls and ends at 100, that of its subflow too", async () => {
  await using _oocana = await installStandIn();
  await using server = await openFlowServer();
  await using client = new OomolConnectClient({ baseUrl: server.url });
  const run = await client.tasks.start({ blockId: "mill::shows", inputValues: {} });
  const told: Record<string, number[]> = {};
  for await (const event of run) {
    if (event.type !== "progress") continue;
    const nodeId = String(event.nodeId);
    told[nodeId] = [...(told[nodeId] ?? []), event.progress];
  }
  expect(told).toMatchObject({ _: [50, 75, 97, 100], inner: [50, 95, 100] });
});
