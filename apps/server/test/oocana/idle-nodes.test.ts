import { expect, test } from "vitest";
import { idOf, refusalOf } from "../open-test-server.ts";
import { createFlow, shareFlowServer } from "./open-flow-server.ts";

const flowServer = shareFlowServer();

type Nodes = Record<string, Record<string, unknown>>;

const refused = async (flow: string, nodes: Nodes = {}) =>
  refusalOf(await flowServer().request("/v1/tasks", createFlow(flow, nodes)));

async function run(flow: string, nodes: Nodes) {
  const id = await idOf(await flowServer().request("/v1/tasks", createFlow(flow, nodes)));
  const { status } = await flowServer().waitForEnd(id);
  return { status, logs: await flowServer().logs(id) };
}

test.each([
  [
    "lacks a value",
    "mill::thirsty",
    'The node "first" of mill::thirsty can never run: its input "text" has no value, and nothing is connected to it. Give it one, under the id of the node.',
  ],
  [
    "waits for one that waits for it",
    "mill::ring",
    'The node "one" of mill::ring can never run: nothing that its input "text" is connected to can ever give a value.',
  ],
  [
    "takes an input that the flow does not have",
    "mill::lost",
    'The node "asks" of mill::lost can never run: nothing that its input "text" is connected to can ever give a value.',
  ],
])("refuses a flow with a node that %s", async (_what, flow, message) => {
  expect(await refused(flow)).toEqual({ status: 400, message });
});

test("runs the flow once the node has its value", async () => {
  const { status, logs } = await run("mill::thirsty", { first: { text: "water" } });
  expect(status).toBe("completed");
  const finishes = logs.filter(({ type }) => type === "BlockFinished");
  expect(finishes.map(({ node_id, event }) => [node_id, event.result])).toEqual([
    ["first", { text: "water" }],
    ["second", { text: "water" }],
  ]);
});

test("warns of a value for a handle that is connected", async () => {
  const { status, logs } = await run("mill::thirsty", { first: { text: "water" }, second: { text: "wine" } });
  expect(status).toBe("completed");
  expect(logs.filter(({ type }) => type === "BlockWarning")).toMatchObject([
    {
      node_id: "second",
      event: {
        warning: 'The value given for "text" is ignored: it is connected, and what comes from there counts.',
      },
    },
  ]);
});

test("warns of a node of a subflow that can never run, which its caller cannot help", async () => {
  const { status, logs } = await run("mill::deep", {});
  expect(status).toBe("completed");
  expect(logs.filter(({ type }) => type === "BlockWarning")).toMatchObject([
    {
      node_id: "inner",
      event: { warning: expect.stringMatching(/^The node "never" of mill::half can never run/) },
    },
  ]);
});

test("a flow fails that the engine ends without running any of its nodes", async () => {
  const { status, logs } = await run("mill::by-path", {});
  expect(status).toBe("failed");
  expect(logs.at(-1)?.event.error).toBe("The engine has ended the flow without running any of its nodes.");
});
