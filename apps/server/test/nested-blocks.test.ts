import { expect, test } from "vitest";
import { fixturePackages, openTestServer, type TestClient } from "./open-test-server.ts";
import { isAlive, waitUntilGone } from "./processes.ts";

async function nest(server: TestClient, inputs: Record<string, unknown>) {
  const id = await server.start("lab::nest", inputs);
  const task = await server.waitForEnd(id);
  const logs = await server.logs(id);
  const finishes = logs.filter((log) => log.type === "BlockFinished");
  const own = finishes.find((log) => log.node_id === "_")?.event;
  return { task, logs, finishes, own, result: own?.result as Record<string, unknown> };
}

test("a block runs another of its package, in the same process, and gets its outputs", async () => {
  await using server = await openTestServer();
  const { task, logs, result } = await nest(server, { block: "self::shout", given: { text: "in" } });
  expect(task.status).toBe("completed");
  const inputs = { text: "in", mark: "!", note: null, tone: null };
  expect(result).toMatchObject({ error: null, seen: [40, { inputs }, { loud: "IN!" }, 100] });
  const node = "run_block::self::shout";
  expect(logs.map((log) => [log.type, log.node_id])).toEqual([
    ["SessionStarted", null],
    ["BlockStarted", "_"],
    ["BlockStarted", node],
    ["BlockLog", node],
    ["BlockProgress", node],
    ["BlockPreview", node],
    ["BlockOutput", node],
    // It ended well.
    ["BlockProgress", node],
    ["BlockFinished", node],
    ["BlockFinished", "_"],
    ["SessionFinished", null],
  ]);
  expect(logs[3]?.event).toMatchObject({
    log: "shouting in",
    block_path: "/packages/lab-0.2.0/0.2.0/blocks/shout/block.oo.yaml",
    stacks: [{ flow: "/packages/lab-0.2.0/0.2.0/tasks/nest/task.oo.yaml", node_id: node }],
  });
  expect(JSON.stringify(logs)).not.toContain(fixturePackages);
});

test("a block of another package runs in a process of its own", async () => {
  await using server = await openTestServer();
  const { result, logs } = await nest(server, { block: "helper::whoami" });
  const [values] = result.seen as [{ pid: number; packageName: string }];
  expect(values).toMatchObject({ pid: expect.any(Number), packageName: "helper" });
  expect(values.pid).not.toBe(result.pid);
  expect(logs.find((log) => log.type === "BlockLog")).toMatchObject({
    node_id: "run_block::helper::whoami",
    event: { log: "here I am" },
  });
  await waitUntilGone([values.pid, result.pid as number], 5_000);
});

test("a block that is run by another runs one itself", async () => {
  await using server = await openTestServer();
  const { result, finishes } = await nest(server, {
    block: "self::nest",
    given: { block: "lab::shout", given: { text: "deep" } },
  });
  expect(result.error).toBeNull();
  expect(finishes.map((log) => log.node_id)).toEqual(["run_block::lab::shout", "run_block::self::nest", "_"]);
  expect(finishes[0]?.event).toMatchObject({ result: { loud: "DEEP!" }, stacks: [{}, {}] });
});

test.each([
  ["that fails", { block: "self::fail" }, /the block had a bad day/],
  ["that is not there", { block: "nobody::x" }, /Run block failed: No package "nobody" is installed/],
  ["without a package", { block: "shout" }, /must be written as self::BLOCK or PACKAGE::BLOCK Block: shout/],
  [
    "without its inputs",
    { block: "self::shout" },
    /It needs the input "text", which was not given. Block: self::shout/,
  ],
  [
    "strictly, with inputs that do not fit",
    { block: "self::shout", given: { text: 7 }, strict: true },
    /The input "text" of lab::shout must be of type string/,
  ],
  ["that is a flow", { block: "self::greet" }, /It is a flow; this server runs flows as tasks/],
  ["whose executor is not installed", { block: "self::strange" }, /Failed to spawn fortran-executor/],
])("tells a block that runs one %s why that did not work", async (_what, inputs, error) => {
  await using server = await openTestServer();
  const { task, result } = await nest(server, inputs);
  expect(result.error).toMatch(error);
  expect(task.status).toBe("completed");
});

test.each(["self::hang", "helper::hang"])("stops %s with the block that runs it", async (block) => {
  await using server = await openTestServer();
  const id = await server.start("lab::nest", { block });
  const { event } = await server.waitForLog(id, "BlockOutput");
  const pids = event.output as number[];
  expect(pids.every(isAlive)).toBe(true);
  await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await waitUntilGone(pids, 1_000)).toBeLessThan(1_000);
  const ends = (await server.logs(id)).filter((log) => log.type.endsWith("Finished"));
  expect(ends.map((log) => [log.node_id, log.event.error])).toEqual([
    [`run_block::${block}`, "The block that started it has ended."],
    ["_", "The task was stopped."],
    [null, "The task was stopped."],
  ]);
});

test("a block that outlives the one that started it ends with it", async () => {
  await using server = await openTestServer();
  const { task, finishes, result } = await nest(server, { block: "helper::hang", waits: false });
  expect(task.status).toBe("completed");
  expect(finishes.map((log) => [log.node_id, log.event.error])).toEqual([
    ["run_block::helper::hang", "The block that started it has ended."],
    ["_", undefined],
  ]);
  const [{ pids }] = result.seen as [{ pids: number[] }];
  await waitUntilGone(pids, 5_000);
});

test("answers what a block asks about blocks, its downstream and credentials", async () => {
  await using server = await openTestServer();
  const ask = async (block: string) => {
    const id = await server.start("lab::ask", { block });
    await server.waitForEnd(id);
    return (await server.finish(id)).result;
  };
  expect(await ask("self::one-file")).toEqual({
    block: {
      type: "task",
      inputs_def: { file: expect.objectContaining({ handle: "file" }) },
      outputs_def: expect.any(Object),
      additional_inputs: false,
      additional_outputs: false,
    },
    downstream: {},
    auth: expect.stringContaining("Vault client is not available."),
  });
  expect(await ask("lab::greet")).toMatchObject({ block: { type: "subflow", has_slot: false } });
  expect(await ask("self::nothing")).toMatchObject({
    block: expect.stringContaining('has no block "nothing"'),
  });
});
