import { describe, expect, test } from "vitest";
import { resultsOf, taskFailure } from "../src/run/task-result.ts";
import type { TaskLog } from "../src/types.ts";

let lastId = 0;

function log(type: string, event: unknown, nodeId?: string | null): TaskLog {
  lastId += 1;
  return { id: lastId, type, event, ...(nodeId !== undefined && { node_id: nodeId }) } as TaskLog;
}

const finished = (result: unknown, nodeId?: string | null, stacks?: unknown) =>
  log("BlockFinished", { result, ...(stacks !== undefined && { stacks }) }, nodeId);

describe("the result of a task", () => {
  test("is empty where no block returned anything", () => {
    expect(resultsOf([])).toEqual({ result: {}, results: {} });
    expect(resultsOf([log("BlockLog", { result: { a: 1 } })])).toEqual({ result: {}, results: {} });
    for (const nothing of [undefined, null, "text", 7, [1]]) {
      expect(resultsOf([finished(nothing)])).toEqual({ result: {}, results: { _: {} } });
    }
    expect(resultsOf([log("BlockFinished", undefined)]).result).toEqual({});
  });

  test("is that of the outermost block, the last of several, and each node's stands under its id", () => {
    const logs = [
      finished({ a: 1 }, "one", [{}, {}]),
      finished({ a: 2 }, "two", [{}]),
      finished({ a: 3 }, "three", [{}]),
      finished({ a: 4 }, "four", [{}, {}]),
    ];
    expect(resultsOf(logs)).toEqual({
      result: { a: 3 },
      results: { one: { a: 1 }, two: { a: 2 }, three: { a: 3 }, four: { a: 4 } },
    });
  });

  test("of a block that is no node stands under an underscore; one without a place in a flow is outermost", () => {
    expect(resultsOf([finished({ a: 1 }, "n", [{}]), finished({ a: 2 }, null, "none")])).toEqual({
      result: { a: 2 },
      results: { n: { a: 1 }, _: { a: 2 } },
    });
  });

  test("is a copy, and a node may have any name", () => {
    const given = { a: 1 };
    const { result, results } = resultsOf([finished(given, "__proto__")]);
    expect(result).toEqual(given);
    expect(result).not.toBe(given);
    expect(Object.keys(results)).toEqual(["__proto__"]);
  });
});

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

  test("keeps the last 20 logs", () => {
    const logs = Array.from({ length: 30 }, () => failed("BlockLog", undefined));
    expect(taskFailure(task, logs).logs).toEqual(logs.slice(10));
  });
});
