import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { createTemporaryFolder, type TemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMcpClient } from "./helpers/start-mcp-client.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

let folder: TemporaryFolder;
let server: TestServer;
let client: Client;
const longName = "a".repeat(80);

beforeAll(async () => {
  folder = await createTemporaryFolder();
  for (const [pkg, block] of [
    ["文字", "朗读"],
    ["文字", "翻译"],
    ["a__b", "c"],
    ["a", "b__c"],
    ["first", longName],
    ["second", longName],
  ] as const) {
    await writeBlock(pkg, block, "outputs_def: [{ handle: id }]", `() => ({ id: "${pkg}::${block}" })`);
  }
  await writeBlock(
    "odd",
    "misfit",
    "outputs_def: [{ handle: text, json_schema: { type: string } }, { handle: size, json_schema: { type: number } }, { handle: fine, json_schema: { type: number } }]",
    "() => ({ text: 7, size: Number.NaN, fine: 8 })",
  );
  await writeBlock(
    "odd",
    "talk",
    "inputs_def: [{ handle: mood, value: glad, json_schema: { type: string, examples: [sad] } }]",
    "({ mood }, context) => { console.log('I am ' + mood); return context.sendWarning('Mind the step.'); }",
  );
  server = await startTestServer(["--packages", folder.path]);
  client = await startMcpClient(server.baseUrl);
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("each block is a tool of its own, whatever its id is written in, and however long it is", async () => {
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  const ids = ["文字::朗读", "文字::翻译", "a__b::c", "a::b__c", `first::${longName}`, `second::${longName}`];
  for (const id of ids) {
    const name = tools.find(({ title }) => title === id)?.name ?? "";
    expect(await client.callTool({ name })).toMatchObject({ structuredContent: { id } });
  }
});

test("a result that is not as declared reaches the model, with a note", async () => {
  await client.listTools(); // from here on the client checks results
  const { content, isError, structuredContent } = CallToolResultSchema.parse(
    await client.callTool({ name: "odd__misfit" }),
  );
  expect(isError).toBeFalsy();
  expect(structuredContent).toEqual({ fine: 8 });
  expect(content).toEqual([
    { type: "text", text: '{"text":7,"size":null,"fine":8}' },
    { type: "text", text: expect.stringMatching(/^Note: "text", "size" do not fit what the block declares/) },
  ]);
});

test("defaults, examples, annotations and instructions tell a model what it may leave out", async () => {
  const { tools } = await client.listTools();
  expect(tools.find(({ name }) => name === "odd__talk")).toMatchObject({
    inputSchema: { properties: { mood: { default: "glad", examples: ["sad"] } }, required: [] },
    annotations: { title: "odd::talk", openWorldHint: true },
  });
  expect(client.getInstructions()).toContain("absolute path on the machine of this program");
  const version = (await server.cli("--version")).stdout.trim();
  expect(client.getServerVersion()).toMatchObject({ name: "oomol-connect", version });
});

test("what a block says is told as log messages of its id", async () => {
  const told: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void told.push(params));
  await client.callTool({ name: "odd__talk" });
  expect(told).toEqual([
    { level: "info", logger: "odd::talk", data: "I am glad" },
    { level: "warning", logger: "odd::talk", data: "Mind the step." },
  ]);
  await client.setLoggingLevel("warning");
  await client.callTool({ name: "odd__talk" });
  expect(told).toHaveLength(3);
});

async function writeBlock(pkg: string, block: string, handles: string, code: string): Promise<void> {
  const directory = join(folder.path, pkg, "tasks", block);
  await mkdir(directory, { recursive: true });
  await writeFile(join(folder.path, pkg, "package.oo.yaml"), `name: ${pkg}\nversion: 0.1.0\n`);
  const executor = "executor: { name: nodejs, options: { entry: main.mjs } }";
  await writeFile(join(directory, "task.oo.yaml"), `${executor}\n${handles}\n`);
  await writeFile(join(directory, "main.mjs"), `export default ${code};\n`);
}
