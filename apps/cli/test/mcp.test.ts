import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliFile, fixturesDirectory, ownSettings } from "./helpers/run-program.ts";
import { startMcpClient } from "./helpers/start-mcp-client.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";
import { withoutExtensions } from "./helpers/without-extensions.ts";

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer(["--packages", fixturesDirectory]);
  client = await startClient();
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

test("blocks are tools with their schemas", async () => {
  const { tools } = await client.listTools();
  const speak = tools.find((tool) => tool.name === "audio-lab__text-to-audio");
  expect(speak).toMatchObject({
    title: "Text to audio",
    inputSchema: { required: ["text"], properties: { text: { type: "string" } } },
    outputSchema: { properties: { audio_address: { type: "string" } } },
  });
});

test("a tool is called as its block's author calls it, or else by the block's id", async () => {
  const { tools } = await client.listTools();
  const words = tools.map(({ name, title, description }) => [name, title, description]);
  expect(words).toContainEqual(["look__book", "Book", "Book"]);
  expect(words).toContainEqual(["look__echo", "look::echo", "Runs the OOMOL block look::echo."]);
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

test("an integer that may have been changed on its way is refused, for the model to read", async () => {
  const call = { name: "look__echo", arguments: { any: { rows: [2 ** 53] }, text: "9007199254740993" } };
  expect(await client.callTool(call)).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('"any" holds an integer of more than 15 digits') }],
  });
});

test("an input for a file says that it takes a path, beside what the block says of it", async () => {
  const { tools } = await client.listTools();
  const properties = tools.find(({ name }) => name === "pkg__file-processor")?.inputSchema.properties;
  expect(properties).toMatchObject({
    file: {
      type: "string",
      description: "The file to look at. Absolute path of a file on this machine, which is uploaded.",
    },
  });
});

test("a file is uploaded by its path", async () => {
  const file = join(server.directory, "note.txt");
  await writeFile(file, "abc");
  const outcome = await client.callTool({ name: "pkg__file-processor", arguments: { file } });
  expect(outcome.structuredContent).toMatchObject({ name: "note.txt", size_bytes: 3 });
});

test("files reach the inputs that they were given for", async () => {
  const paths = ["1.png", "2.png", "a.png"].map((name) => join(server.directory, name));
  for (const path of paths) await writeFile(path, "x");
  const [first, second, cover] = paths;
  const pages = [first, second];
  const withPages = await client.callTool({ name: "look__book", arguments: { pages } });
  expect(withPages.structuredContent).toEqual({ cover: null, pages: ["1.png", "2.png"] });
  const withBoth = await client.callTool({ name: "look__book", arguments: { pages, cover } });
  expect(withBoth.structuredContent).toEqual({ cover: "a.png", pages: ["1.png", "2.png"] });
});

test("so do those of the command, under the names of the inputs", async () => {
  const paths = ["c.png", "3.png", "4.png"].map((name) => join(server.directory, name));
  for (const path of paths) await writeFile(path, "x");
  const given = paths.flatMap((path, index) => ["--file", `${index === 0 ? "cover" : "pages"}=${path}`]);
  const { stdout } = await server.cli("run", "look::book", ...given);
  expect(JSON.parse(stdout)).toEqual({ cover: "c.png", pages: ["3.png", "4.png"] });
  const mixed = await server.cli(
    "run",
    "look::book",
    "--file",
    `cover=${paths[0]}`,
    "--file",
    paths[1] ?? "",
  );
  expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining("name the input of each file") });
});

test("files of a result come back: pictures as such, others as resources, within a bound", async () => {
  const { content } = CallToolResultSchema.parse(await client.callTool({ name: "look__files" }));
  const [json, picture, note, few, many] = content;
  expect(content).toHaveLength(5);
  expect(json).toMatchObject({ type: "text", text: expect.stringContaining("red.png") });
  expect(picture).toMatchObject({ type: "image", mimeType: "image/png" });
  expect(picture?.type === "image" && Buffer.from(picture.data, "base64").subarray(1, 4).toString()).toBe(
    "PNG",
  );
  const uri = expect.stringMatching(/^oomol-connect:\/\/tasks\/.+\/files\/made\/a%20note\.txt$/);
  expect(note).toMatchObject({ type: "resource", resource: { uri, mimeType: "text/plain", text: "Größe" } });
  expect(few).toMatchObject({ type: "resource", resource: { blob: "AP8B" } });
  expect(many).toMatchObject({ type: "text", text: expect.stringMatching(/"many\.bin" of 2000000 bytes/) });
});

test("a sound is audio", async () => {
  const call = { name: "audio-lab__text-to-audio", arguments: { text: "Hello" } };
  const { content } = CallToolResultSchema.parse(await client.callTool(call));
  expect(content[1]).toMatchObject({ type: "audio", mimeType: expect.stringMatching(/^audio\/.*wav$/) });
});

test("with --out every file is saved and linked, and a picture is shown as well", async () => {
  const out = join(server.directory, "saved files");
  const saving = await startClient("--out", out);
  try {
    const { content } = CallToolResultSchema.parse(await saving.callTool({ name: "look__files" }));
    expect(content.map(({ type }) => type)).toEqual([
      ...["text", "image", "resource_link", "resource_link", "resource_link", "resource_link"],
    ]);
    const links = content.filter((one) => one.type === "resource_link");
    expect(links.map(({ name, size }) => [name, size])).toEqual([
      ...[
        ["red.png", expect.any(Number)],
        ["a note.txt", 7],
        ["few.bin", 3],
      ],
      ["many.bin", 2_000_000],
    ]);
    expect(await readFile(new URL(links[1]?.uri ?? ""), "utf8")).toBe("Größe");
    expect(links[1]?.uri).toBe(pathToFileURL(join(out, "a note.txt")).href);
  } finally {
    await saving.close();
  }
});

test("a server that serves no files says so beside the result", async () => {
  await using bare = await withoutExtensions(server.baseUrl);
  const asking = await startClient("--base-url", `${bare.url}/api`);
  try {
    const { content, isError } = CallToolResultSchema.parse(await asking.callTool({ name: "look__files" }));
    expect(isError).toBeFalsy();
    expect(content).toEqual([
      { type: "text", text: expect.stringContaining("red.png") },
      { type: "text", text: expect.stringContaining("serves no files") },
    ]);
  } finally {
    await asking.close();
  }
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

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s stops the tasks of open calls", async (ending) => {
  const args = [...process.execArgv, cliFile, "mcp", "--base-url", server.baseUrl];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"], env: ownSettings() });
  const exited = once(child, "exit");
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const clientInfo = { name: "test", version: "1.0.0" };
  const initialize = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
  const before = new Set((await listTasks()).map(({ id }) => id));
  send({ id: 1, method: "initialize", params: initialize });
  await once(child.stdout, "data");
  send({ method: "notifications/initialized" });
  send({ id: 2, method: "tools/call", params: { name: "look__wait", arguments: {} } });
  const own = async () => (await listTasks()).find(({ id }) => !before.has(id))?.status;
  await expect.poll(own).toBe("running");
  child.kill(ending);
  expect(await exited).toEqual([130, null]);
  await expect.poll(own).toBe("stopped");
});

async function listTasks(): Promise<{ id: string; status: string }[]> {
  return (await (await fetch(`${server.baseUrl}/v1/tasks`)).json()).tasks;
}

function startClient(...flags: string[]): Promise<Client> {
  return startMcpClient(server.baseUrl, ...flags);
}
