import { OomolConnectClient, type TaskEvent, type TaskLog } from "@oomol/connect-core";
import { FakeConnectServer } from "@oomol/connect-core/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { formatRoute, parseRoute } from "../src/state/route.ts";
import { createTaskStore } from "../src/state/task-store.ts";
import { applyTaskEvents, createTaskView, mostLines } from "../src/state/task-view.ts";

// Node.js warns of its own, which the history would write into.
beforeEach(() => void vi.stubGlobal("localStorage", undefined));
afterEach(() => void vi.unstubAllGlobals());

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
    { type: "output", handle: "row", value: 1, nodeId: undefined, log: { id: 4, type: "BlockOutput" } },
    { type: "output", handle: "row", value: 2, nodeId: undefined, log: { id: 5, type: "BlockOutput" } },
  ]);
  expect(view).toMatchObject({ status: "running", startedAt: 5, progress: 40, outputs: { row: 2 } });
  expect(view.lines).toEqual([
    { id: 1, kind: "out", text: "hello" },
    { id: 2, kind: "error", text: "careful" },
  ]);
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

test("when a task has completed, what its outermost block returned is laid over what came before", async () => {
  const server = new FakeConnectServer({
    onTask: (task) =>
      task
        .log("BlockOutput", { handle: "row", output: 1 })
        .log("BlockFinished", { stacks: [{}], result: { inner: 1 } })
        .complete({ outer: 2 }),
  });
  const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch: server.fetch });
  const { task } = await client.tasks.create({ blockId: "a::b" });
  const view = createTaskStore(client).follow(task.id);
  await expect.poll(() => view.get().outputs).toEqual({ row: 1, outer: 2 });
  expect(view.get().error).toBeUndefined();
});

test.each([
  ["failed", "no paper"],
  ["stopped", undefined],
] as const)("a task that was %s has no result, and the error %s", async (status, error) => {
  const server = new FakeConnectServer({
    onTask: (task) => (status === "failed" ? task.fail("no paper") : task.stop()),
  });
  const client = new OomolConnectClient({ baseUrl: "http://fake.test/api", fetch: server.fetch });
  const { task } = await client.tasks.create({ blockId: "a::b" });
  const view = createTaskStore(client).follow(task.id);
  await expect.poll(() => view.get().status).toBe(status);
  await expect.poll(() => view.get().error).toBe(error);
  expect(view.get().outputs).toEqual({});
});
