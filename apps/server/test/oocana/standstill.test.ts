import { expect, test } from "vitest";
import { idOf, type TestLog } from "../open-test-server.ts";
import { waitUntilGone } from "../processes.ts";
import { descendantsNow } from "./descendants-now.ts";
import { createFlow, shareFlowServer } from "./open-flow-server.ts";

const flowServer = shareFlowServer();

/** Runs a flow that the engine would never end; answers how it ended, and what was told. */
async function runToEnd(flow: string, nodes: Record<string, Record<string, unknown>> = {}) {
  const id = await idOf(await flowServer().request("/v1/tasks", createFlow(flow, nodes)));
  const { status } = await flowServer().waitForEnd(id);
  const logs = await flowServer().logs(id);
  await waitUntilGone(descendantsNow(), 5_000);
  return { status, logs, error: logs.at(-1)?.event.error as string | undefined };
}

const warningsOf = (logs: TestLog[]) =>
  logs.filter(({ type }) => type === "BlockWarning").map(({ node_id, event }) => [node_id, event.warning]);
const resultsOf = (logs: TestLog[]) =>
  logs.filter(({ type }) => type === "BlockFinished").map(({ node_id, event }) => [node_id, event.result]);

test("a flow ends whose block runs one that fails and goes on", async () => {
  const { status, logs } = await runToEnd("mill::catch");
  expect(status).toBe("completed");
  expect(resultsOf(logs)).toContainEqual([
    "caller",
    { error: expect.stringContaining("the child had a bad day") },
  ]);
  expect(warningsOf(logs)).toEqual([
    [
      "run_block::self::fail",
      expect.stringMatching(/goes on waiting for self::fail, which a block ran and which failed: .*bad day/s),
    ],
  ]);
});

test("a flow ends whose executor exits with 0 in the middle of a block", async () => {
  const { status, error } = await runToEnd("mill::relay", { speaker: { exit: 0 } });
  expect(status).toBe("failed");
  expect(error).toMatch(/^The executor of the node "speaker" exited in the middle of its block/);
});

test("what the engine reports of an executor that fails counts", async () => {
  const { status, logs } = await runToEnd("mill::relay", { speaker: { exit: 3 } });
  expect(status).toBe("failed");
  expect(logs.at(-1)).toMatchObject({ event: { _error: { message: expect.stringContaining("code 3") } } });
});

const finished = `"type":"BlockFinished"`;

test("text that is not well-formed Unicode is repaired on its way to the engine", async () => {
  const name = String.raw`"a\ud83d\ude00b\udcff\\ud800"`;
  const { status, logs } = await runToEnd("mill::relay", {
    speaker: { say: [`${finished},"result":{"text":${name}}`] },
  });
  expect(status).toBe("completed");
  expect(resultsOf(logs)).toContainEqual(["hearer", { heard: "a😀b\ufffd\\ud800" }]);
  expect(warningsOf(logs)).toEqual([["speaker", expect.stringContaining("not well-formed Unicode")]]);
});

test.each([
  ["an output without a value", `"type":"BlockOutput","handle":"text"`, 'no value for the output "text"'],
  ["a progress that is no number", `"type":"BlockProgress","progress":null`, "which is no number"],
  [
    "a request under an id that silences the engine",
    `"type":"BlockRequest","action":"QueryDownstream","request_id":"a.b"`,
    "an id that the engine does not take",
  ],
])("%s is kept from the engine, with a warning", async (_what, words, warning) => {
  const say = [words, `${finished},"result":{"text":"after"}`];
  const { status, logs } = await runToEnd("mill::relay", { speaker: { say } });
  expect(status).toBe("completed");
  expect(resultsOf(logs)).toContainEqual(["hearer", { heard: "after" }]);
  expect(warningsOf(logs)).toEqual([["speaker", expect.stringContaining(warning)]]);
});

test.each([
  ["a list as its result", `${finished},"result":[1]`, "The block returned a value that is no object"],
  ["an error that is no text", `${finished},"error":{"code":7}`, '{"code":7}'],
])("a block that ends with %s fails, and its flow with it", async (_what, words, message) => {
  const { status, logs } = await runToEnd("mill::relay", { speaker: { say: [words] } });
  expect(status).toBe("failed");
  expect(logs.at(-1)).toMatchObject({ event: { _error: { message: expect.stringContaining(message) } } });
});

test.each([
  [
    "is nested deeper than the engine reads",
    `${finished},"result":{"text":${"[".repeat(124)}${"]".repeat(124)}}`,
    /more than 122 levels deep/,
  ],
  ["is no JSON", `${finished},"result":{"text":NaN}`, /a message that is no JSON/],
])("a flow fails if what a block says %s", async (_what, words, message) => {
  const { status, error } = await runToEnd("mill::relay", { speaker: { say: [words] } });
  expect(status).toBe("failed");
  expect(error).toMatch(message);
});
