import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { type CallToolResult, CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixturesDirectory } from "./helpers/run-program.ts";
import { startMcpClient } from "./helpers/start-mcp-client.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer(["--packages", fixturesDirectory]);
  client = await startMcpClient(server.baseUrl);
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

test("each tool may be called as a task, and as before", async () => {
  const { tools } = await client.listTools();
  expect(new Set(tools.map(({ execution }) => execution?.taskSupport))).toEqual(new Set(["optional"]));
  expect(client.getServerCapabilities()?.tasks).toEqual({
    list: {},
    cancel: {},
    requests: { tools: { call: {} } },
  });
  const call = { name: "audio-lab__text-to-audio", arguments: { text: "Hello" } };
  expect(await client.callTool(call)).toHaveProperty("structuredContent.audio_address");
});

test("a task tells its progress and its result", async () => {
  const call = { name: "audio-lab__text-to-audio", arguments: { text: "Hello" } };
  const progress: number[] = [];
  const messages = client.experimental.tasks.callToolStream(call, CallToolResultSchema, {
    task: { ttl: 60_000 },
    onprogress: (told) => progress.push(told.progress),
  });
  const types: string[] = [];
  let result: CallToolResult | undefined;
  for await (const message of messages) {
    types.push(message.type);
    if (message.type === "result") result = message.result;
  }
  expect(types[0]).toBe("taskCreated");
  expect(types.at(-1)).toBe("result");
  expect(result?.structuredContent).toMatchObject({ audio_address: expect.stringMatching(/\.wav$/) });
  expect(progress).toContain(100);
  expect(await client.experimental.tasks.listTasks()).toMatchObject({
    tasks: [{ status: "completed", ttl: expect.any(Number) }],
  });
});

test("its status says how far it is, and cancelling it stops the task of the server", async () => {
  const taskId = await startTask("look__wait");
  const status = async () => (await client.experimental.tasks.getTask(taskId)).statusMessage;
  await expect.poll(status, { timeout: 20_000 }).toBe("25 %");
  expect(await client.experimental.tasks.getTask(taskId)).toMatchObject({ status: "working", ttl: null });
  expect(await client.experimental.tasks.cancelTask(taskId)).toMatchObject({ status: "cancelled" });
  await expect.poll(newestStatus, { timeout: 20_000 }).toBe("stopped");
  const result = client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema);
  await expect(result).rejects.toThrow("has no result: it was cancelled");
});

test("a task whose block fails has failed, and its result is in the words of the block", async () => {
  const taskId = await startTask("audio-lab__text-to-audio", { text: " " });
  expect(await client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema)).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('"text" is empty') }],
  });
  expect(await client.experimental.tasks.getTask(taskId)).toMatchObject({
    status: "failed",
    statusMessage: expect.stringContaining('"text" is empty'),
  });
});

test("a client that leaves stops its tasks", async () => {
  const leaving = await startMcpClient(server.baseUrl);
  await startTask("look__wait", {}, leaving);
  await expect.poll(newestStatus, { timeout: 20_000 }).toBe("running");
  await leaving.close();
  await expect.poll(newestStatus, { timeout: 20_000 }).toBe("stopped");
});

/** By the first message of the stream: what the SDK's client would ask for next, the test asks for itself. */
async function startTask(name: string, given: Record<string, unknown> = {}, by = client): Promise<string> {
  const messages = by.experimental.tasks.callToolStream({ name, arguments: given }, CallToolResultSchema, {
    task: {},
  });
  for await (const message of messages) {
    if (message.type === "taskCreated") return message.task.taskId;
  }
  throw new Error(`${name} has not become a task.`);
}

async function newestStatus(): Promise<string> {
  const { tasks } = await (await fetch(`${server.baseUrl}/v1/tasks?limit=1`)).json();
  return tasks[0].status;
}
