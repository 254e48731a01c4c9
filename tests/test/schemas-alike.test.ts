import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { startConnectServer } from "@oomol/test-server";
import { expect, test } from "vitest";
import { checkValue } from "../../apps/playground/src/form/check-value.ts";
import { generateHandles } from "./helpers/generated-handles.ts";
import { typesThatTake } from "./helpers/types-that-take.ts";

const handles = generateHandles(200);
const cases = handles.flatMap(({ schema, values, isStructural }, index) =>
  values.map((value) => ({ block: `b${index}`, schema, value, isStructural })),
);
type Case = (typeof cases)[number];

test("server, playground, MCP tools and types judge 400 values for 200 schemas alike", async () => {
  await using folder = await createTemporaryFolder();
  await writePackage(folder.file("judge"));
  await using server = await startConnectServer({ packages: [folder.path] });
  const baseUrl = `${server.url}`;

  const byServer = await inTurns(cases, (one) => judgeByServer(baseUrl, one));
  const expected = cases.map((one, index) => ({ ...one, fits: byServer[index] }));
  // Each verdict is there often, so that agreement says something.
  expect(byServer.filter(Boolean).length).toBeGreaterThan(100);
  expect(byServer.filter((fits) => !fits).length).toBeGreaterThan(100);

  const byPlayground = cases.map(({ schema, value }) => checkValue(schema, value) === undefined);
  expect(cases.map((one, index) => ({ ...one, fits: byPlayground[index] }))).toEqual(expected);

  const byTools = await judgeByTools(baseUrl);
  expect(cases.map((one, index) => ({ ...one, fits: byTools[index] }))).toEqual(expected);

  const types = await writeTypes(baseUrl, folder.path);
  const assignments = cases.map(({ block, value }) => {
    return { type: `BlockRegistry["judge::${block}"]["inputs"]["v"]`, value: JSON.stringify(value) };
  });
  const byTypes = await typesThatTake(folder.file("types"), types, assignments);
  // Types say no more than what a value is made of; they take whatever the server takes.
  const differing = expected.filter(({ fits, isStructural }, index) =>
    isStructural ? byTypes[index] !== fits : fits && !byTypes[index],
  );
  expect(differing).toEqual([]);
}, 180_000);

/** A block for each schema, as its input and as its output. */
async function writePackage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.oo.yaml"), "name: judge\nversion: 1.0.0\n");
  for (const [index, { schema }] of handles.entries()) {
    const task = join(folder, "tasks", `b${index}`);
    await mkdir(task, { recursive: true });
    const manifest = {
      executor: { name: "nodejs", options: { entry: "main.js" } },
      inputs_def: [{ handle: "v", json_schema: schema }],
      outputs_def: [{ handle: "out", json_schema: schema }],
    };
    await writeFile(join(task, "task.oo.yaml"), JSON.stringify(manifest));
    await writeFile(join(task, "main.js"), "export default ({ v }) => ({ out: v });\n");
  }
}

async function judgeByServer(baseUrl: string, { block, value }: Case): Promise<boolean> {
  const inputValues = [{ nodeId: "_", inputs: [{ handle: "v", value }] }];
  const answer = await fetch(`${baseUrl}/v1/tasks`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ manifest: `judge::${block}`, inputValues }),
  });
  if (answer.status !== 400) expect(answer.status).toBe(200);
  await answer.body?.cancel();
  return answer.status === 200;
}

/** The SDK's own client checks what comes back against the output's schema, which is the input's: a value that goes in comes out. */
async function judgeByTools(baseUrl: string): Promise<boolean[]> {
  const client = new Client({ name: "judge", version: "1.0.0" });
  const args = [...process.execArgv, ...programArgs("mcp", "--base-url", baseUrl)];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, env: getDefaultEnvironment() }),
  );
  try {
    expect((await client.listTools()).tools).toHaveLength(handles.length);
    return await inTurns(cases, async ({ block, value }) => {
      const answer = await client.callTool({ name: `judge__${block}`, arguments: { v: value } });
      const [content] = answer.content as { text?: string }[];
      if (answer.isError) expect(content?.text).toContain('The input "v" of judge::');
      return answer.isError !== true;
    });
  } finally {
    await client.close();
  }
}

/** In a folder without a client, so that they are for the usual one. */
async function writeTypes(baseUrl: string, cwd: string): Promise<string> {
  const args = programArgs("types", "--base-url", baseUrl);
  return (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
}

function programArgs(...args: string[]): string[] {
  const program = fileURLToPath(new URL("../../apps/cli/src/cli.ts", import.meta.url));
  return ["--conditions=@oomol/source", program, ...args];
}

/** A few at a time; the outcomes in the order of the items. */
async function inTurns<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const turns = items.entries();
  const worker = async () => {
    for (const [index, item] of turns) outcomes[index] = await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return outcomes;
}
