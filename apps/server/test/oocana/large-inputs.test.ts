import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { idOf } from "../open-test-server.ts";
import { createFlow, shareFlowServer } from "./open-flow-server.ts";

const flowServer = shareFlowServer();

async function run(flow: string, nodes: Record<string, Record<string, unknown>>) {
  const id = await idOf(await flowServer().request("/v1/tasks", createFlow(flow, nodes)));
  const { status } = await flowServer().waitForEnd(id);
  const logs = await flowServer().logs(id);
  const finishes = logs.filter(({ type }) => type === "BlockFinished");
  const results = Object.fromEntries(finishes.map(({ node_id, event }) => [String(node_id), event.result]));
  return { status, logs, results };
}

// What YAML takes only as an escape, and what JSON escapes.
const strange = '\u007f\u0085\u2028\ufeff\uffff \u0000"\\\n 😀 中文: #no {comment}';
const large = `${"x".repeat(300_000)}${strange}`;

test("inputs of a flow that no command line has room for reach its nodes", async () => {
  const { status, logs, results } = await run("mill::thirsty", { first: { text: large } });
  expect(status).toBe("completed");
  expect(results).toEqual({ first: { text: large }, second: { text: large } });
  // The engine reads a copy; callers see the flow where it is.
  expect(logs[0]?.event.path).toBe("/packages/mill-1.0.0/1.0.0/flows/thirsty/flow.oo.yaml");
  expect(JSON.stringify(logs.map(({ event: { inputs: _, ...event } }) => event))).not.toContain(
    flowServer().filesDirectory,
  );
});

test("a large value takes the place of the one that a flow has, beside scripts of the flow's own folder", async () => {
  const list = Array.from({ length: 3_000 }, (_one, index) => ({ index, text: strange, none: null }));
  const { status, results } = await run("lab::greet", { "make-text": { who: "x".repeat(200_000) } });
  expect(status).toBe("completed");
  expect(results["make-text"]).toEqual({ text: `hello ${"x".repeat(200_000)}` });
  const said = await run("mill::relay", {
    speaker: { say: [`"type":"BlockFinished","result":{"text":${JSON.stringify(list)}}`] },
  });
  expect(said.status).toBe("completed");
  expect(said.results.hearer).toEqual({ heard: list });
});

test("a subflow takes large inputs of its own, in front of its defaults", async () => {
  const text = `a${large}`;
  const { status, logs } = await run("lab::loud", { _: { text } });
  expect(status).toBe("completed");
  const output = logs.find(({ type }) => type === "SubflowBlockOutput");
  expect(output).toMatchObject({ node_id: "_", event: { output: `${text.toUpperCase()}?` } });
});

test("the copy of a flow goes with its run", async () => {
  await run("mill::thirsty", { first: { text: large } });
  const homes = join(flowServer().filesDirectory, "engine-homes");
  await expect.poll(() => readdir(homes)).toEqual([]);
});
