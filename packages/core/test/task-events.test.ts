import { expect, test } from "vitest";
import { isPreviewOf, type Preview } from "../src/run/log-payloads.ts";
import { eventsOfLog } from "../src/run/task-events.ts";
import { valuesOf } from "../src/run/values-of.ts";
import type { TaskLog } from "../src/types.ts";

const log = (type: string, event: Record<string, unknown>, id = 1): TaskLog => ({
  id,
  type,
  event,
  node_id: "n",
});
const typesOf = (type: string, event: Record<string, unknown>) =>
  eventsOfLog(log(type, event)).map((event) => event.type);

test("what a block prints is the text of its log", () => {
  const printed = log("BlockLog", { log: "a line", stdio: "stdout" });
  expect(eventsOfLog(printed)).toEqual([{ type: "log", text: "a line", log: printed }]);
  const started = log("BlockStarted", {});
  expect(eventsOfLog(started)).toEqual([{ type: "log", log: started }]);
});

test.each([
  [150, 100],
  [-1, 0],
  [30.5, 30.5],
])("a progress of %d is told as %d", (progress, told) => {
  expect(eventsOfLog(log("BlockProgress", { progress }))[1]).toMatchObject({
    type: "progress",
    progress: told,
  });
});

test("each value that is put out or returned is an output", () => {
  const outputs = (type: string, event: Record<string, unknown>) =>
    eventsOfLog(log(type, event)).flatMap((event) =>
      event.type === "output" ? [[event.handle, event.value]] : [],
    );
  expect(outputs("BlockOutput", { handle: "a", output: 1 })).toEqual([["a", 1]]);
  expect(outputs("SubflowBlockOutput", { handle: "a", output: 1 })).toEqual([["a", 1]]);
  expect(outputs("BlockOutputs", { outputs: { a: 1, b: 2 } })).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(outputs("BlockFinished", { result: { a: 1 } })).toEqual([["a", 1]]);
});

test("a payload that is not what its type says makes no event of its own", () => {
  expect(typesOf("BlockProgress", { progress: "half" })).toEqual(["log"]);
  expect(typesOf("BlockPreview", { payload: null })).toEqual(["log"]);
  expect(typesOf("BlockPreview", { payload: { type: 5, data: 1 } })).toEqual(["log"]);
  expect(typesOf("BlockOutput", { output: 1 })).toEqual(["log"]);
  expect(typesOf("BlockOutputs", { outputs: [1] })).toEqual(["log"]);
  expect(typesOf("BlockWarning", {})).toEqual(["log"]);
});

test("the data of a preview is checked by its type", () => {
  const table = { type: "table", data: { columns: ["a"], rows: [[1]] } };
  expect(eventsOfLog(log("BlockPreview", { payload: { ...table, id: "p" } }))[1]).toMatchObject({
    preview: { id: "p" },
  });
  const is = (type: Parameters<typeof isPreviewOf>[1], data: unknown) =>
    isPreviewOf({ type, data } as Preview, type);
  expect(is("table", table.data)).toBe(true);
  expect(is("table", { columns: ["a"], rows: [1] })).toBe(false);
  expect(is("image", ["a", "b"])).toBe(true);
  expect(is("image", ["a", 1])).toBe(false);
  expect(is("html", "<p>")).toBe(true);
  expect(is("html", {})).toBe(false);
  expect(isPreviewOf(table, "csv")).toBe(false);
});

test("the values of a handle are those of what the task ran, not of a block within it", async () => {
  const put = (output: unknown, stacks: object[]) => log("BlockOutput", { handle: "row", output, stacks });
  const inner = [{ node_id: "n" }];
  const valuesIn = async (logs: TaskLog[]) => {
    async function* events() {
      for (const one of logs) yield* eventsOfLog(one);
    }
    const values: unknown[] = [];
    for await (const value of valuesOf(events(), "row")) values.push(value);
    return values;
  };
  const block = log("BlockStarted", { stacks: [] });
  const nested = log("BlockStarted", { stacks: inner });
  expect(await valuesIn([block, put(1, []), nested, put(2, inner), put(3, [])])).toEqual([1, 3]);
  const flow = log("FlowStarted", { stacks: [] });
  const returned = log("BlockFinished", { result: { row: 5 }, stacks: inner });
  expect(await valuesIn([flow, nested, put(4, inner), put(9, [{}, {}]), returned])).toEqual([4, 5]);
});
