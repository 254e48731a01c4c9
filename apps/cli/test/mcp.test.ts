import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile } from "./helpers/run-program.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let server: TestServer;
const client = new Client({ name: "test", version: "1.0.0" });

beforeAll(async () => {
  server = await startTestServer();
  const args = [...process.execArgv, cliFile, "mcp", "--base-url", server.baseUrl];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

test("blocks are tools with their schemas", async () => {
  const { tools } = await client.listTools();
  const speak = tools.find((tool) => tool.title === "audio-lab::text-to-audio");
  expect(speak).toMatchObject({
    name: "audio-lab__text-to-audio",
    inputSchema: { required: ["text"], properties: { text: { type: "string" } } },
    outputSchema: { properties: { audio_address: { type: "string" } } },
  });
});

test("a call runs the block, with its progress", async () => {
  const progress: number[] = [];
  const call = { name: "audio-lab__text-to-audio", arguments: { text: "Hello" } };
  const outcome = await client.callTool(call, undefined, {
    onprogress: (told) => progress.push(told.progress),
  });
  expect(outcome.structuredContent).toMatchObject({ audio_address: expect.stringMatching(/\.wav$/) });
  expect(progress).toContain(100);
});

test("a file is uploaded by its path", async () => {
  const file = join(server.directory, "note.txt");
  await writeFile(file, "abc");
  const outcome = await client.callTool({ name: "pkg__file-processor", arguments: { file } });
  expect(outcome.structuredContent).toMatchObject({ name: "note.txt", size_bytes: 3 });
});

test("what goes wrong is for the model to read", async () => {
  const outcome = await client.callTool({ name: "audio-lab__text-to-audio", arguments: { text: " " } });
  expect(outcome).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('"text" is empty') }],
  });
});

test("a cancelled call stops its task", async () => {
  const abort = new AbortController();
  const text = "A sentence that takes its time to be spoken. ".repeat(2_000);
  const call = client.callTool({ name: "audio-lab__text-to-audio", arguments: { text } }, undefined, {
    signal: abort.signal,
    onprogress: () => abort.abort(),
  });
  await expect(call).rejects.toThrow();
  const newest = async () => JSON.parse((await server.cli("tasks", "--json")).stdout)[0].status;
  await expect.poll(newest, { timeout: 20_000 }).toBe("stopped");
});
