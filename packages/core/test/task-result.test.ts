import { describe, expect, test } from "vitest";
import { resultsOf } from "../src/run/task-result.ts";
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

  test("is the last value of each handle that was put out, and over it what was returned", () => {
    const stacks: unknown[] = [];
    const put = (handle: string, output: unknown) => log("BlockOutput", { handle, output, stacks }, "_");
    const many = log("BlockOutputs", { outputs: { a: 1, b: 2 }, stacks }, "_");
    const logs = [put("row", 1), put("row", 2), put("total", 8), many, finished({ total: 9 }, "_", stacks)];
    expect(resultsOf(logs).result).toEqual({ row: 2, total: 9, a: 1, b: 2 });
    expect(resultsOf([put("total", 9), finished(null, "_", stacks)]).result).toEqual({ total: 9 });
  });

  test("of a flow are its own outputs, of a flow without any those of its last block", () => {
    const inner = finished({ v: 5 }, "n", [{ node_id: "n" }]);
    const out = log("SubflowBlockOutput", { handle: "out", output: 5, stacks: [] }, "_");
    const end = log("SubflowBlockFinished", { error: null, stacks: [] }, "_");
    expect(resultsOf([inner, out, end])).toEqual({
      result: { out: 5 },
      results: { n: { v: 5 }, _: { out: 5 } },
    });
    expect(resultsOf([inner]).result).toEqual({ v: 5 });
    expect(resultsOf([inner, end]).result).toEqual({});
  });

  test("of an inner node stands beside that of an outer node of the same name", () => {
    const sub = log("SubflowBlockOutput", { handle: "x", output: 1, stacks: [{ node_id: "one" }] }, "one");
    const deep = finished({ y: 2 }, "one", [{ node_id: "two" }, { node_id: "one" }]);
    expect(resultsOf([sub, deep]).results).toEqual({ one: { x: 1 }, "two/one": { y: 2 } });
  });

  test("of a node that ran twice is that of the second job alone", () => {
    const run = (job_id: string, outputs: object) =>
      log("BlockOutputs", { outputs, job_id, stacks: [{ node_id: "n" }] }, "n");
    expect(resultsOf([run("1", { a: 1, b: 1 }), run("2", { b: 2 })]).result).toEqual({ b: 2 });
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
    const odd = log("BlockOutput", { handle: "__proto__", output: 1 });
    expect(Object.entries(resultsOf([odd]).result)).toEqual([["__proto__", 1]]);
    expect(result).toEqual(given);
    expect(result).not.toBe(given);
    expect(Object.keys(results)).toEqual(["__proto__"]);
  });
});
