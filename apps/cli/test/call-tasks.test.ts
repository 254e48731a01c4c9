import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCallTasks } from "../src/mcp/call-tasks.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const answer: CallToolResult = { content: [{ type: "text", text: "Done." }] };

test("the result of a task is kept from its end on, for as long as the client asks, an hour by default", async () => {
  const tasks = createCallTasks();
  const end = Promise.withResolvers<CallToolResult>();
  const { taskId, ttl } = tasks.start({ ttl: 1_000 }, () => end.promise);
  const byDefault = tasks.start({}, () => end.promise);
  expect(ttl).toBeNull();
  await vi.advanceTimersByTimeAsync(5_000);
  end.resolve(answer);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await tasks.getTask(taskId)).toMatchObject({ status: "completed", ttl: 6_000 });
  expect(await tasks.getTaskResult(taskId)).toEqual(answer);
  await vi.advanceTimersByTimeAsync(1);
  expect(await tasks.getTask(taskId)).toBeNull();
  await vi.advanceTimersByTimeAsync(3_598_000);
  expect(await tasks.getTask(byDefault.taskId)).toMatchObject({ ttl: 3_605_000 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await tasks.listTasks()).toEqual({ tasks: [] });
});

test("what a call answers after it was cancelled is for nobody", async () => {
  const tasks = createCallTasks();
  const { taskId } = tasks.start({}, async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { ...answer, isError: true };
  });
  await tasks.updateTaskStatus(taskId, "cancelled", "By the client.");
  await vi.advanceTimersByTimeAsync(0);
  expect(await tasks.getTask(taskId)).toMatchObject({ status: "cancelled", statusMessage: "By the client." });
  await expect(tasks.getTaskResult(taskId)).rejects.toThrow("it was cancelled");
});

test("the results of a hundred tasks are kept, and every task that has not ended", async () => {
  const tasks = createCallTasks();
  const { taskId } = tasks.start({}, () => new Promise(() => undefined));
  const first = tasks.start({}, async () => answer);
  for (let count = 0; count < 100; count += 1) tasks.start({}, async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  expect((await tasks.listTasks()).tasks).toHaveLength(101);
  expect(await tasks.getTask(first.taskId)).toBeNull();
  expect(await tasks.getTask(taskId)).toMatchObject({ status: "working" });
});
