import { cp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchPythonPackages } from "@oomol/test-helpers/fetch-python-packages";
import { beforeAll, expect, test, vi } from "vitest";
import type { ServerOptions } from "../../src/serve/options.ts";
import { makeDataDirectory, openTestServer, type TestClient } from "../open-test-server.ts";
import { waitUntilGone } from "../processes.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const settings = { packages: [here("warm")], concurrency: 1, spareExecutors: 1 } as const;

interface Seen {
  pid: number;
  parent: number;
  isLoadedBefore: boolean;
  sessionDir: string;
  [field: string]: unknown;
}

let shared: TestClient;

beforeAll(async () => {
  const packages = fetchPythonPackages(
    ["oomol-connect-sdk==1.0.3", "oocana==0.18.12", "oocana-python-executor==0.16.18"],
    "These tests run what OOMOL publishes for Python: install a python3 of at least 3.10 with pip, and let it reach PyPI.",
  );
  vi.stubEnv("OOMOL_TEST_PYTHON_PATH", [packages, here("libraries")].join(delimiter));
  vi.stubEnv("PATH", [here("bin"), process.env.PATH].join(delimiter));
  const server = await openTestServer(settings);
  shared = server;
  return async () => {
    await server[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  };
});

test("the libraries of a block are loaded once, and its own module for each task", async () => {
  const first = await probe(shared);
  const second = await probe(shared);
  expect(second.pid).not.toBe(first.pid);
  expect(second.parent).toBe(first.parent);
  expect(second.parent).not.toBe(process.pid);
  expect(second).toMatchObject({ isLoadedBefore: true, runs: 1 });
  expect(second.sessionDir).not.toBe(first.sessionDir);
});

const leftBehind = [
  ...["environment", "directory", "umask", "path", "builtin", "library", "thread", "timer"],
  ...["socket", "child", "throws", "exit", "memory"],
];

for (const what of leftBehind) {
  test(`the next task finds nothing of a block that has left something (${what})`, async () => {
    const { pid: _, parent: __, sessionDir: ___, ...clean } = await probe(shared);
    const id = await shared.start("warm::leave", { what });
    await shared.waitForEnd(id);
    // One that exits at once may not have said it.
    const said = (await shared.logs(id)).find(({ type }) => type === "BlockOutput");
    const pids = (said?.event.output ?? []) as number[];
    const next = await shared.start("warm::probe");
    await shared.waitForEnd(next);
    const seen = await seenBy(shared, next);
    expect(seen).toMatchObject(clean);
    expect(pids).not.toContain(seen.pid);
    expect((await shared.logs(next)).map(({ type }) => type)).toEqual([
      ...["SessionStarted", "BlockStarted", "BlockFinished", "SessionFinished"],
    ]);
    await waitUntilGone(pids, 5_000);
  });
}

test("a block that crashes says so, and the next starts in a process of its own", async () => {
  await using server = await openTestServer(settings);
  const { parent } = await probe(server);
  const id = await server.start("warm::leave", { what: "crash" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect(await server.finish(id)).toMatchObject({ error: expect.stringContaining("exit with code -1") });
  await waitUntilGone([parent], 5_000);
  expect(await probe(server)).toMatchObject({ parent: process.pid, isLoadedBefore: false });
});

test("a block that kills the process that it was forked from fails, and the next task runs", async () => {
  await using server = await openTestServer(settings);
  const { parent } = await probe(server);
  await using folder = await makeDataDirectory();
  const cue = join(folder.path, "cue");
  const id = await server.start("warm::leave", { what: "parent", cue });
  const { event } = await server.waitForLog(id, "BlockOutput");
  await writeFile(cue, "");
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  await waitUntilGone([parent, ...(event.output as number[])], 5_000);
  expect(await probe(server)).toMatchObject({ runs: 1 });
});

test("a task that is stopped ends with all that it has started, and so does the process that it was forked from", async () => {
  await using server = await openTestServer({ ...settings, packages: [here("warm"), here("packages")] });
  const id = await server.start("snake::hang");
  const { event } = await server.waitForLog(id, "BlockOutput");
  const pid = event.output as number;
  const parent = await parentOf(pid);
  expect(parent).not.toBe(process.pid);
  await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  await waitUntilGone([pid, parent], 5_000);
});

test("a task is stopped at once while the libraries of its block are loaded", async () => {
  await using folder = await makeDataDirectory();
  const loading = join(folder.path, "loading");
  vi.stubEnv("OOMOL_TEST_LOADING", loading);
  const server = await openTestServer(settings);
  const id = await server.start("warm::wait");
  const pid = await vi.waitFor(async () => Number(await readFile(loading, "utf8")), 20_000);
  await server.getJson(`/v1/tasks/${id}/stop`, { method: "POST" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "stopped" });
  process.kill(pid, 0); // it still loads
  await server[Symbol.asyncDispose]();
  await waitUntilGone([pid], 1_000);
});

test("a library that changes the process is left to each task", async () => {
  await using server = await openTestServer(settings);
  for (let run = 0; run < 2; run += 1) {
    const id = await server.start("warm::load");
    await server.waitForEnd(id);
    expect(await seenBy(server, id)).toEqual({ before: ["is_quiet"], environment: "yes" });
  }
  // Another block of the package: what stood by was forked before anybody knew of it.
  await probe(server);
  expect(await probe(server)).toMatchObject({ isLoadedBefore: true });
});

test("two callers never share a process, nor one that both were forked from", async () => {
  await using server = await openTestServer({ ...settings, tokens: ["api-one", "api-two"] });
  const seen = [];
  for (const token of ["api-one", "api-two", "api-one", "api-two"]) {
    seen.push(await probe(server, { Authorization: token }));
  }
  const [one, two] = seen;
  expect(one?.parent).not.toBe(two?.parent);
  expect(seen.map(({ parent }) => parent)).toEqual([one, two, one, two].map((task) => task?.parent));
  expect(new Set(seen.map(({ pid }) => pid)).size).toBe(4);
});

test("a package that has changed gets new processes at once", async () => {
  await using copy = await makeDataDirectory();
  const folder = join(copy.path, "warm");
  await cp(here("warm"), folder, { recursive: true });
  await using server = await openTestServer({ ...settings, packages: [folder] });
  const before = await probe(server);
  const file = join(folder, "tasks/probe/main.py");
  // Python itself tells files of one size apart by the second.
  await writeFile(file, (await readFile(file, "utf8")).replace("runs += 1", "runs += 70"));
  const after = await probe(server);
  expect(after).toMatchObject({ runs: 70 });
  expect(after.parent).not.toBe(before.parent);
  await waitUntilGone([before.parent], 5_000);
});

const startedAlone: [string, Partial<ServerOptions>, string][] = [
  ["each task is to have a process of its own", { isolation: "process" }, "bin"],
  ["nothing is to stand by", { spareExecutors: 0 }, "bin"],
  ["nobody can tell which Python the program runs in", {}, "bin-sh"],
];

for (const [why, options, folder] of startedAlone) {
  test(`a Python executor is started by itself if ${why}`, async () => {
    const path = process.env.PATH;
    vi.stubEnv("PATH", [here(folder), path].join(delimiter));
    await using server = await openTestServer({ ...settings, ...options });
    expect(await probe(server)).toMatchObject({ isLoadedBefore: false, parent: process.pid });
    vi.stubEnv("PATH", path);
  });
}

test("nothing runs any more when the server has closed", async () => {
  const server = await openTestServer(settings);
  const { pid, parent } = await probe(server);
  await server[Symbol.asyncDispose]();
  await waitUntilGone([pid, parent], 1_000);
});

async function probe(server: TestClient, headers: Record<string, string> = {}): Promise<Seen> {
  const { task } = await server.getJson<{ task: { id: string } }>("/v1/tasks", {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ blockId: "warm::probe", inputValues: {} }),
  });
  await server.getJson(`/v1/tasks/${task.id}`, { headers: { ...headers, Prefer: "wait=60" } });
  return await seenBy(server, task.id, headers);
}

async function seenBy(server: TestClient, id: string, headers: Record<string, string> = {}): Promise<Seen> {
  const { logs } = await server.getJson<{ logs: { type: string; event: { result?: { seen: Seen } } }[] }>(
    `/v1/tasks/${id}/logs`,
    { headers },
  );
  const finished = logs.find(({ type }) => type === "BlockFinished");
  if (finished?.event.result === undefined) throw new Error(`The block failed: ${JSON.stringify(finished)}`);
  return finished.event.result.seen;
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}
