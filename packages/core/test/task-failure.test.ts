import { describe, expect, test } from "vitest";
import { taskFailure } from "../src/run/task-failure.ts";
import type { TaskLog } from "../src/types.ts";

let lastId = 0;

function log(type: string, event: unknown, nodeId?: string | null): TaskLog {
  lastId += 1;
  return { id: lastId, type, event, ...(nodeId !== undefined && { node_id: nodeId }) } as TaskLog;
}

describe("the failure of a task", () => {
  const task = { id: "t", status: "failed" };
  const failed = (type: string, error: unknown, nodeId?: string | null) => log(type, { error }, nodeId);

  test.each(["BlockFinished", "BlockError", "SessionFinished"])("is told by the last word of %s", (type) => {
    const logs = [failed(type, "the first"), failed(type, "the last"), failed("BlockLog", "no failure")];
    expect(taskFailure(task, logs)).toMatchObject({ reason: "the last", task, taskId: "t" });
  });

  test.each([undefined, null, "", 7, { message: "no" }])("is not told by %j", (error) => {
    const logs = [failed("BlockError", "the reason"), failed("BlockFinished", error, "n")];
    expect(taskFailure(task, logs)).toMatchObject({ reason: "the reason", nodeId: undefined });
    expect(taskFailure(task, [failed("BlockError", error)])).toMatchObject({ reason: undefined });
    expect(taskFailure(task, [log("BlockError", undefined)])).toMatchObject({ reason: undefined });
  });

  test("lies at the last node that its logs name", () => {
    const logs = [
      failed("BlockError", "a", "one"),
      failed("BlockError", "b", "two"),
      failed("BlockFinished", "c", "_"),
      failed("BlockFinished", "d", null),
      failed("SessionFinished", "e"),
    ];
    expect(taskFailure(task, logs)).toMatchObject({ nodeId: "two", reason: "e" });
    expect(taskFailure(task, [failed("BlockError", "a", "_")]).nodeId).toBeUndefined();
  });

  const ofFlow = "flow /packages/lab-0.1.0/flows/greet/flow.oo.yaml failed.";
  const stack = [{ node_id: "sub" }, { node_id: "bad" }];

  test("of a flow is told by the block that failed, at the way to its node", () => {
    const logs = [
      log("BlockFinished", { error: "own words", stacks: stack }, "bad"),
      log("SubflowBlockFinished", { error: "own words", stacks: stack.slice(0, 1) }, "sub"),
      log("FlowFinished", { error: "[node id: sub] failed", stacks: [] }, null),
      log("BlockFinished", { error: "another one, later", stacks: [{ node_id: "late" }] }, "late"),
      log("SessionFinished", { error: ofFlow, _error: { message: "quoted", stack } }),
    ];
    expect(taskFailure(task, logs)).toMatchObject({ reason: "own words", nodeId: "sub/bad" });
  });

  test("of a flow whose block has not told it is told by the engine's quotation of it", () => {
    const logs = [
      log("FlowFinished", { error: "[node id: sub] failed", stacks: [] }, null),
      log("SessionFinished", { error: ofFlow, _error: { message: "quoted", stack } }),
    ];
    expect(taskFailure(task, logs)).toMatchObject({ reason: "quoted", nodeId: "sub/bad" });
  });

  test("of a flow is told by its name if there is nothing better", () => {
    expect(taskFailure(task, [failed("SessionFinished", ofFlow)])).toMatchObject({ reason: ofFlow });
  });

  test("is what the session says, if that is more than that a flow failed", () => {
    const logs = [failed("BlockFinished", "caught", "n"), failed("SessionFinished", "flow control failed")];
    expect(taskFailure(task, logs)).toMatchObject({ reason: "flow control failed" });
  });

  test("is shown with its causes, without the lines for their author", () => {
    const reason =
      "Error: own\n    at main (a.js:1:1)\nCaused by: TypeError: inner\n    at b\nCaused by: inner";
    expect(taskFailure(task, [failed("BlockFinished", reason)]).message).toBe(
      "Task t failed: own. Caused by: TypeError: inner",
    );
  });

  test("keeps the last 20 logs", () => {
    const logs = Array.from({ length: 30 }, () => failed("BlockLog", undefined));
    expect(taskFailure(task, logs).logs).toEqual(logs.slice(10));
  });
});
