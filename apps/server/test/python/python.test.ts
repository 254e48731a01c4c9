import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import { beforeAll, expect, test } from "vitest";
import { idOf, makeDataDirectory, type TestClient } from "../open-test-server.ts";
import { waitUntilGone } from "../processes.ts";
import { startProgram } from "../start-program.ts";
import { startRegistry } from "../start-registry.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let client: TestClient;
let pythonPath: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;

/** One server for all tests, which finds the executor on its `PATH`. */
beforeAll(async () => {
  pythonPath = fetchPythonPackages(
    ["oomol-connect-sdk==1.0.3", "oocana==0.18.12", "oocana-python-executor==0.16.18"],
    "These tests run what OOMOL publishes for Python: install a python3 of at least 3.10 with pip, and let it reach PyPI.",
  );
  const data = await makeDataDirectory();
  const path = [here("bin"), process.env.PATH ?? ""].join(delimiter);
  const env = { PATH: path, OOMOL_TEST_PYTHON_PATH: pythonPath };
  registry = await startRegistry();
  const flags = ["--packages", here("packages"), "--data", data.path, "--registry", registry.url];
  flags.push("--spare-executors", "0");
  const server = await startProgram(flags, { env });
  client = server.client;
  return async () => {
    server.child.kill("SIGTERM");
    await server.exited;
    await registry[Symbol.asyncDispose]();
    await data[Symbol.asyncDispose]();
  };
});

test("Python blocks run on the published executor", async () => {
  const letter = new File(["Dear all"], "letter.txt");
  const id = await idOf(await client.upload("snake::greet", [letter], { name: "World" }));
  expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await client.logs(id);
  const own = (type: string) => [type, "_"];
  expect(logs.map(({ type, node_id }) => [type, node_id])).toEqual([
    ["SessionStarted", null],
    ...["BlockStarted", "BlockLog", "BlockLog", "BlockLog", "BlockProgress", "BlockPreview"].map(own),
    // The executor has lost the last progress; the block ended well.
    ...["BlockProgress", "BlockFinished"].map(own),
    ["SessionFinished", null],
  ]);
  const printed = logs.filter(({ type }) => type === "BlockLog");
  expect(printed.map(({ event }) => `${event.stdio}: ${event.log}`).sort()).toEqual([
    "stderr: to stderr",
    "stdout: from a child",
    "stdout: greeting World",
  ]);
  expect(logs.findLast(({ type }) => type === "BlockProgress")?.event.progress).toBe(100);
  const result = { greeting: "Hello, World", letter: "Dear all" };
  expect(await client.finish(id)).toMatchObject({ result });
  const file = await client.request(`/v1/tasks/${id}/files/greeting.txt`);
  expect(await file.text()).toBe("Hello, World");
});

test("the executor's own log of a session goes with it", async () => {
  const id = await idOf(await client.create("snake::greet", { name: "World", letter: null }));
  await client.waitForEnd(id);
  const [started] = await client.logs(id);
  const folder = join(homedir(), ".oocana", "sessions", String(started?.event.session_id));
  await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
});

test("integers of Python that a double cannot hold keep their digits, as text, with a warning", async () => {
  const id = await client.start("snake::count");
  expect(await client.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await client.logs(id);
  expect(logs.find(({ type }) => type === "BlockOutput")?.event).toMatchObject({
    output: "9007199254740993",
  });
  // A double holds 2^63.
  expect(await client.finish(id)).toMatchObject({ result: { ids: [1, 2 ** 63] } });
  expect(logs.flatMap(({ type, event }) => (type === "BlockWarning" ? [event.warning] : []))).toEqual([
    expect.stringContaining('The output "id" of the block holds 9007199254740993'),
  ]);
});

test("a failed Python block's stack begins in the author's file", async () => {
  const id = await client.start("snake::fail");
  expect(await client.waitForEnd(id)).toMatchObject({ status: "failed" });
  const { error } = await client.finish(id);
  const files = [...String(error).matchAll(/File "([^"]*)", line (\d+)/g)].map(([, file, line]) => [
    file?.split("/").at(-1),
    line,
  ]);
  expect(files).toEqual([
    ["main.py", "3"],
    ["main.py", "7"],
  ]);
  expect(error).toMatch(/^Traceback .*ZeroDivisionError: division by zero\n?$/s);
});

test("a Python block and one of ours run each other", async () => {
  const finishOf = async (block: string, inputs: object) => {
    const id = await client.start(block, { ...inputs });
    await client.waitForEnd(id);
    const logs = await client.logs(id);
    return logs.findLast(({ type }) => type === "BlockFinished")?.event;
  };
  expect(await finishOf("snake::nest", { block: "lab::shout", given: { text: "ssss" } })).toMatchObject({
    result: { outputs: { loud: "SSSS!" } },
  });
  const given = { name: "World", letter: null };
  expect(await finishOf("lab::nest", { block: "snake::greet", given, waits: true })).toMatchObject({
    result: { error: null, seen: expect.arrayContaining([{ greeting: "Hello, World", letter: null }]) },
  });
});

test("a Python block that hangs is stopped with its process", async () => {
  const id = await client.start("snake::hang");
  const { event } = await client.waitForLog(id, "BlockOutput");
  await client.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  await waitUntilGone([event.output as number], 1_000);
});

test("the published Python client runs unchanged", async () => {
  await using folder = await makeDataDirectory();
  const letter = join(folder.path, "letter.txt");
  await writeFile(letter, "Dear all");
  await registry.publish({ name: "said", version: "1.2.0" });
  const { stdout } = await promisify(execFile)("python3", [here("run-client.py"), client.url, letter], {
    env: { ...process.env, PYTHONPATH: pythonPath },
  });
  const seen = JSON.parse(stdout);
  expect(seen).toMatchObject({
    run: { task: { status: "completed" }, result: { loud: "HELLO!" } },
    // It says that its form is JSON.
    upload: [400, expect.stringContaining("leave that header to the HTTP library")],
    failed: "failed",
    unknown: [404, expect.stringContaining('There is no task "nothing".')],
    stopped: "stopped",
    listed: true,
    versions: { helper: "1.0.0", lab: "0.2.0", snake: "1.0.0" },
    installed: ["said", "1.2.0", "/packages/said-1.2.0/1.2.0"],
    refused: expect.stringContaining("said@9.9.9"),
    packages: ["helper", "lab", "lab", "snake", "said"],
  });
  expect(seen.blocks).toContain("snake::greet");
  expect(seen.progress.at(-1)).toBe("completed");
  expect([seen.logs[0], seen.logs.at(-1)]).toEqual(["SessionStarted", "SessionFinished"]);
});
