import { OomolConnectClient } from "@oomol/connect-core";
import { expect, test } from "vitest";
import { installStandIn } from "./oocana/install-stand-in.ts";
import { createFlow } from "./oocana/open-flow-server.ts";
import { fixturePackages, openTestServer, refusalOf } from "./open-test-server.ts";
import { isAlive, waitUntilGone } from "./processes.ts";

test("lists flows and subflows beside blocks", async () => {
  await using server = await openTestServer();
  const { blocks } = await server.getJson<{ blocks: Record<string, unknown>[] }>("/v1/blocks");
  expect(blocks).toContainEqual({
    package: "lab",
    name: "greet",
    path: "/packages/lab-0.2.0/0.2.0/flows/greet",
    description: "Greets whom it is told to, loudly.",
  });
  expect(blocks).toContainEqual({
    package: "lab",
    name: "loud",
    path: "/packages/lab-0.2.0/0.2.0/subflows/loud",
    inputs: [{ handle: "text", json_schema: { type: "string" } }],
    outputs: [{ handle: "loud", json_schema: { type: "string" } }],
  });
});

test("runs a flow on oocana, with our executor, and logs what the engine reports", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  const { task } = await server.getJson<{ task: { id: string } }>(
    "/v1/tasks",
    createFlow("lab::greet", { "make-text": { who: "flow" } }),
  );
  expect(await server.waitForEnd(task.id)).toMatchObject({ status: "completed" });
  const logs = await server.logs(task.id);
  expect(logs.map((log) => [log.type, log.node_id])).toEqual([
    ["SessionStarted", null],
    ["FlowStarted", null],
    ["FlowNodesWillRun", null],
    ["BlockStarted", "make-text"],
    ["BlockProgress", "_"],
    ["BlockFinished", "make-text"],
    ["BlockStarted", "end"],
    ["BlockLog", "end"],
    ["BlockProgress", "_"],
    ["BlockProgress", "end"],
    ["BlockPreview", "end"],
    ["BlockOutput", "end"],
    ["BlockFinished", "end"],
    ["FlowFinished", null],
    ["BlockProgress", "_"],
    ["SessionFinished", null],
  ]);
  expect(logs[12]?.event).toMatchObject({
    result: { loud: "HELLO FLOW!" },
    block_path: "/packages/lab-0.2.0/0.2.0/blocks/shout/block.oo.yaml",
    stacks: [{ node_id: "end", flow: "/packages/lab-0.2.0/0.2.0/flows/greet/flow.oo.yaml" }],
  });
  expect(JSON.stringify(logs)).not.toContain(fixturePackages);
  const file = await server.request(`/v1/tasks/${task.id}/files/greeting.txt`);
  expect(await file.text()).toBe("hello flow");
});

test("gives an uploaded file to the node that asks for one", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  const form = new FormData();
  form.set("manifest", "lab::greet");
  form.append("files", new File(["good evening"], "letter.txt"));
  const { task } = await server.getJson<{ task: { id: string } }>("/v1/tasks", {
    method: "POST",
    body: form,
  });
  expect(await server.waitForEnd(task.id)).toMatchObject({ status: "completed" });
  const finishes = (await server.logs(task.id)).filter((log) => log.type === "BlockFinished");
  expect(finishes.at(-1)?.event).toMatchObject({ result: { loud: "GOOD EVENING WORLD!" } });
});

test("runs a subflow with inputs of its own", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  const id = await server.start("lab::loud", { text: "sub" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const output = (await server.logs(id)).find((log) => log.type === "SubflowBlockOutput");
  expect(output).toMatchObject({ node_id: "_", event: { handle: "loud", output: "SUB?" } });
});

test("gives a client the outputs of the flow, and those of each node", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  await using client = new OomolConnectClient({ baseUrl: server.url });
  const run = await client.tasks.start({ blockId: "lab::loud", inputValues: { text: "sub" } });
  const values: unknown[] = [];
  for await (const value of run.outputs("loud")) values.push(value);
  expect(values).toEqual(["SUB?"]);
  const { result, results } = await run.result();
  expect(result).toEqual({ loud: "SUB?" });
  expect(results).toMatchObject({ _: { loud: "SUB?" }, shout: { loud: "SUB?" } });
});

test("fails a flow whose block throws, with the block's message at its node", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  const { task } = await server.getJson<{ task: { id: string } }>(
    "/v1/tasks",
    createFlow("lab::greet", { "make-text": { who: "nobody" } }),
  );
  expect(await server.waitForEnd(task.id)).toMatchObject({ status: "failed" });
  const logs = await server.logs(task.id);
  expect(logs.find((log) => log.type === "BlockFinished")).toMatchObject({
    node_id: "make-text",
    event: { error: expect.stringContaining("there is nobody to greet") },
  });
  expect(logs.at(-1)).toMatchObject({
    type: "SessionFinished",
    event: {
      error: "flow /packages/lab-0.2.0/0.2.0/flows/greet/flow.oo.yaml failed",
      _error: {
        stack: [{ node_id: "make-text", flow: "/packages/lab-0.2.0/0.2.0/flows/greet/flow.oo.yaml" }],
      },
    },
  });
  expect(JSON.stringify(logs.at(-1))).not.toContain(fixturePackages);
  await using client = new OomolConnectClient({ baseUrl: server.url });
  await expect(client.tasks.attach(task.id).result()).rejects.toMatchObject({
    nodeId: "make-text",
    message: `Task ${task.id} failed at node make-text: there is nobody to greet (make-text.ts:10)`,
  });
});

test("stops a flow with every process of it within a second", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer();
  const id = await server.start("lab::wait");
  const { event } = await server.waitForLog(id, "BlockOutput");
  const pids = event.output as number[];
  expect(pids.every(isAlive)).toBe(true);
  const stopped = await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(stopped).toMatchObject({ task: { status: "stopped" } });
  expect(await waitUntilGone(pids, 1_000)).toBeLessThan(1_000);
  expect((await server.logs(id)).at(-1)).toMatchObject({ event: { error: "The task was stopped." } });
});

test("fails a flow that takes longer than tasks may", async () => {
  await using _oocana = await installStandIn();
  await using server = await openTestServer({ taskTimeoutMs: 5_000 });
  const id = await server.start("lab::wait");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect((await server.logs(id)).at(-1)).toMatchObject({
    event: { error: "The task ran for longer than the 5000 ms that this server allows." },
  });
});

test("without oocana, fails a flow and says what to install", async () => {
  await using server = await openTestServer();
  const id = await server.start("lab::greet");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  const logs = await server.logs(id);
  expect(logs).toMatchObject([
    {
      type: "SessionFinished",
      event: { error: expect.stringMatching(/flows run on the engine OOCANA.*Install it/) },
    },
  ]);
});

test.each([
  [
    "an unknown node",
    { strange: { a: 1 } },
    'The flow lab::greet has no node "strange"; it has "make-text" and "end".',
  ],
  [
    "an unknown handle of a node",
    { "make-text": { whom: "x" } },
    'the node "make-text" of lab::greet has no input "whom"; it takes "who" and "letter".',
  ],
  [
    "a value that does not fit the block that a node refers to",
    { end: { tone: 99 } },
    'The input "tone" of the node "end" of lab::greet must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more, but number 99 was given.',
  ],
  [
    "inputs of the flow itself, where it has none",
    { _: { text: "x" } },
    'lab::greet has no input "text"; it takes none.',
  ],
])("refuses %s", async (_what, nodes, message) => {
  await using server = await openTestServer();
  const response = await server.request("/v1/tasks", createFlow("lab::greet", nodes));
  expect(await refusalOf(response)).toEqual({ status: 400, message });
});
