import type { TaskEvent, TaskLog } from "@oomol/connect-browser";
import { expect, test } from "vitest";
import { formatRoute, parseRoute } from "../src/state/route.ts";
import { applyTaskEvents, createTaskView, mostLines } from "../src/state/task-view.ts";

const log = (id: number, type: string, event: Record<string, unknown>): TaskEvent => {
  const entry: TaskLog = { id, type, event, session_id: "s-1" };
  return { type: "log", log: entry };
};

test("a view gathers what a task says", () => {
  const task = { id: "t", status: "running", created_at: 5 };
  const view = applyTaskEvents(createTaskView(), "t", [
    { type: "status", status: "running", task },
    log(1, "BlockLog", { log: "hello\n", stdio: "stdout" }),
    log(2, "BlockLog", { log: "careful", stdio: "stderr" }),
    { type: "progress", progress: 40, nodeId: undefined, log: { id: 3, type: "BlockProgress" } },
    log(4, "BlockFinished", { stacks: [{}], result: { inner: 1 } }),
    log(5, "BlockFinished", { result: { outer: 2 } }),
  ]);
  expect(view).toMatchObject({ status: "running", startedAt: 5, progress: 40, outputs: { outer: 2 } });
  expect(view.lines).toEqual([
    { id: 1, kind: "out", text: "hello" },
    { id: 2, kind: "error", text: "careful" },
  ]);
  expect(view.outputs).not.toHaveProperty("inner");
});

test("the oldest lines make room, and are counted", () => {
  const many = Array.from({ length: mostLines + 5 }, (_, id) => log(id, "BlockLog", { log: `${id}` }));
  const view = applyTaskEvents(createTaskView(), "t", many);
  expect(view.lines).toHaveLength(mostLines);
  expect(view.lines[0]?.text).toBe("5");
  expect(view.droppedLines).toBe(5);
});

test("a route survives the address", () => {
  const route = { page: "block", blockId: "@scope/pkg::a b", taskId: "1/2" } as const;
  expect(parseRoute(formatRoute(route))).toEqual(route);
  expect(parseRoute("#/nowhere")).toEqual({ page: "home" });
  expect(parseRoute("#/blocks/%E0%A4%A")).toMatchObject({ page: "block", blockId: "%E0%A4%A" });
});
