import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onceServing } from "./helpers/once-serving.ts";
import { blocksDirectory, cliFile, runProgram } from "./helpers/run-program.ts";
import { startRegistry } from "./helpers/start-registry.ts";
import { startTestServer, type TestServer } from "./helpers/start-test-server.ts";

// The shapes that the README promises: scripts are written against them.
let server: TestServer;
let taskId: string;

beforeAll(async () => {
  server = await startTestServer();
  taskId = (await json("run", "audio-lab::text-to-audio", "-i", "text=Hello")).taskId;
});

afterAll(() => server[Symbol.asyncDispose]());

async function json(...args: string[]) {
  const { code, stdout } = await server.cli(...args, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const task = expect.objectContaining({
  id: expect.any(String),
  status: expect.any(String),
  manifest_path: expect.any(String),
  created_at: expect.any(Number),
  updated_at: expect.any(Number),
});

test("run: { taskId, task, result, results, logs }", async () => {
  expect(await json("run", "audio-lab::text-to-audio", "-i", "text=Hello")).toEqual({
    taskId: expect.any(String),
    task,
    result: { audio_address: expect.any(String) },
    results: { _: { audio_address: expect.any(String) } },
    logs: expect.any(Array),
  });
});

test("blocks: Block[], blocks show: Block", async () => {
  const blocks = await json("blocks", "audio");
  expect(blocks).toEqual([
    {
      package: "audio-lab",
      name: "text-to-audio",
      blockId: "audio-lab::text-to-audio",
      version: "0.1.0",
      path: expect.any(String),
      title: expect.any(String),
      description: expect.any(String),
      inputs: expect.any(Array),
      outputs: expect.any(Array),
    },
  ]);
  expect(await json("blocks", "show", "audio-lab::text-to-audio")).toEqual(blocks[0]);
});

test("tasks: Task[], the newest first", async () => {
  const tasks = await json("tasks");
  expect(tasks).toEqual(tasks.map(() => task));
  expect(tasks.at(-1).id).toBe(taskId);
});

test("show: { task, result, reason }, null for what there is not", async () => {
  const result = { audio_address: expect.any(String) };
  expect(await json("show", taskId)).toEqual({ task, result, reason: null });
  const failed = await server.cli("run", "audio-lab::text-to-audio", "-i", "text= ");
  const failedId = /task (\S+)/.exec(failed.stderr)?.[1] ?? "";
  const reason = expect.stringContaining('"text" is empty');
  expect(await json("show", failedId)).toEqual({ task, result: null, reason });
});

test("logs: one TaskLog a line", async () => {
  const { stdout } = await server.cli("logs", taskId, "--json");
  const logs = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(logs).toEqual(
    logs.map(() => expect.objectContaining({ id: expect.any(Number), type: expect.any(String) })),
  );
  expect(logs.at(-1).type).toBe("SessionFinished");
});

test("stop: Task", async () => {
  expect(await json("stop", taskId)).toEqual(task);
});

test("tasks delete: { id, deleted }", async () => {
  const ran = await server.cli("run", "audio-lab::text-to-audio", "--input", "text=Bye", "--json");
  const id = JSON.parse(ran.stdout).taskId;
  expect(await json("tasks", "delete", id)).toEqual({ id, deleted: true });
});

test("packages: { name, version }[]", async () => {
  expect(await json("packages")).toContainEqual({ name: "audio-lab", version: "0.1.0" });
});

test("install: InstallTask", async () => {
  await using registry = await startRegistry(server.directory, "shout", "1.2.0");
  await using installing = await startTestServer(["--registry", registry.url]);
  const { code, stdout, stderr } = await installing.cli("install", "shout@1.2.0", "--json");
  // One that takes longer says what it is at.
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^(\w+ shout@1\.2\.0\n)*$/) });
  expect(JSON.parse(stdout)).toEqual({
    id: expect.any(String),
    name: "shout",
    version: "1.2.0",
    status: "success",
    packagePath: expect.any(String),
    dependencies: [],
    createdAt: expect.any(Number),
    updatedAt: expect.any(Number),
  });
  const missing = await installing.cli("install", "nothing-of-the-kind@1.0.0", "--json");
  expect(missing).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error .*nothing/m) });
});

test("applets: Applet[]", async () => {
  expect(await json("applets", "--applets-url", server.baseUrl)).toEqual([]);
});

test("status: ServerStatus", async () => {
  const executors = { busy: expect.any(Number), warm: expect.any(Number), cold: expect.any(Number) };
  expect(await json("status")).toMatchObject({
    kind: "embedded",
    versions: { server: expect.any(String), node: process.versions.node, database: expect.any(String) },
    queue: { pending: 0, running: 0 },
    workers: [{ id: "local", isLive: true, slots: expect.any(Number), packages: expect.any(Array) }],
    executors: { ...executors, retired: expect.any(Object) },
    disk: { databaseBytes: expect.any(Number), freeBytes: expect.any(Number) },
    failures: { since: expect.any(Number), total: expect.any(Number), blocks: expect.any(Array) },
  });
});

test("types: { blocks, file, code }", async () => {
  const blocks = expect.arrayContaining(["audio-lab::text-to-audio"]);
  const code = expect.stringContaining("interface BlockRegistry");
  expect(await json("types")).toEqual({ blocks, file: null, code });
  const file = join(server.directory, "blocks.d.ts");
  expect(await json("types", "--out", file)).toEqual({ blocks, file, code: null });
  expect(await readFile(file, "utf8")).toContain("interface BlockRegistry");
});

test("doctor: { what, state, seen, advice }[]", async () => {
  const findings = await json("doctor");
  const finding = { what: expect.any(String), state: expect.any(String), seen: expect.any(String) };
  expect(findings).toEqual(findings.map(() => ({ ...finding, advice: null })));
});

test("new block: { name, blockId, directory, files }", async () => {
  const args = ["new", "block", "hum", "--dir", server.directory, "--json"];
  const { stdout } = await runProgram(cliFile, args);
  const directory = join(server.directory, "hum");
  expect(JSON.parse(stdout)).toEqual({
    name: "hum",
    blockId: "hum::hum",
    directory,
    files: expect.any(Array),
  });
});

test("serve: { url, playgroundUrl }", async () => {
  const flags = ["--packages", blocksDirectory, "--port", "0", "--data", join(server.directory, "second")];
  const { stdout } = await runProgram(cliFile, ["serve", "--json", ...flags], {
    onStart: onceServing("SIGTERM"),
  });
  const { url, playgroundUrl } = JSON.parse(stdout);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
  // There is none in a workspace where it has not been built.
  expect([null, url.replace(/api$/, "")]).toContain(playgroundUrl);
});

test("what fails leaves stdout empty", async () => {
  const failing = [
    ["show", "nope"],
    ["run", "a::b"],
    ["stop", "nope"],
  ];
  for (const args of failing) {
    const outcome = await server.cli(...args, "--json");
    expect(outcome, args[0]).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^error /m),
    });
  }
});
