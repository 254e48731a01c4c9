import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { makeDataDirectory, openTestServer, type TestClient } from "./open-test-server.ts";
import { waitUntilGone } from "./processes.ts";

const habits = fileURLToPath(new URL("fixtures/habits", import.meta.url));
const printing = fileURLToPath(new URL("fixtures/printing", import.meta.url));
const settings = { packages: [habits], concurrency: 1, spareExecutors: 1, isolation: "caller" } as const;

let shared: TestClient;

beforeAll(async () => {
  const server = await openTestServer(settings);
  shared = server;
  return () => server[Symbol.asyncDispose]();
});

for (const what of ["nothing", "throws", "shortTimer"]) {
  test(`a process whose block leaves nothing for long (${what}) runs the next task`, async () => {
    expect(await probe(shared)).toBe(await leave(shared, what));
  });
}

const leftBehind = [
  ...["timer", "interval", "unrefedInterval", "listener", "global", "prototype", "environment", "directory"],
  ...[
    "umask",
    "console",
    "getter",
    "socket",
    "server",
    "file",
    "child",
    "worker",
    "rejection",
    "exit",
    "lateOutput",
  ],
];

for (const what of leftBehind) {
  test(`a process in which a block has left something (${what}) runs no other task`, async () => {
    const before = await leave(shared, what);
    const id = await shared.start("habits::probe");
    await shared.waitForEnd(id);
    const { result } = await shared.finish(id);
    expect((result as { pid: number }).pid).not.toBe(before);
    // Nothing of the other task, and nothing that it made late.
    expect((await shared.logs(id)).map(({ type }) => type)).toEqual([
      ...["SessionStarted", "BlockStarted", "BlockFinished", "SessionFinished"],
    ]);
    await waitUntilGone([before], 5_000);
  });
}

test("a task that never ends takes its process along when it is stopped", async () => {
  const id = await shared.start("habits::leave", { what: "loop" });
  const { event } = await shared.waitForLog(id, "BlockOutput");
  await shared.request(`/v1/tasks/${id}/stop`, { method: "POST" });
  await shared.waitForEnd(id);
  expect(await probe(shared)).not.toBe(event.output);
  await waitUntilGone([event.output as number], 5_000);
});

test.skipIf(process.platform !== "linux")("a task that takes too much memory fails alone", async () => {
  await using server = await openTestServer({ ...settings, taskMemoryBytes: 300_000_000 });
  const id = await server.start("habits::leave", { what: "memory" });
  const { event } = await server.waitForLog(id, "BlockOutput");
  const next = probe(server);
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect(await next).not.toBe(event.output);
  await waitUntilGone([event.output as number], 5_000);
});

test("the reason of a crash is what its own task has said last, without marks of the executor", async () => {
  await using server = await openTestServer({ ...settings, packages: [printing] });
  const first = await server.start("printing::dies", { how: "not", lines: 0 });
  await server.waitForEnd(first);
  const { result } = await server.finish(first);
  const errorOf = async (how: string) => {
    const id = await server.start("printing::dies", { how, lines: 0 });
    await server.waitForEnd(id);
    return (await server.logs(id)).at(-1)?.event.error;
  };
  expect(result).toEqual({ pid: expect.any(Number) });
  // In the process of the first.
  expect(await errorOf("SIGKILL")).toBe("Executor nodejs-executor exit with code -1");
  expect(await errorOf("words")).toBe("Executor nodejs-executor exit with code -1\nlast words");
});

test("two callers never share a process", async () => {
  await using server = await openTestServer({
    ...settings,
    tokens: ["api-one", "api-two"],
    spareExecutors: 4,
  });
  const run = async (token: string) => {
    const headers = { Authorization: token };
    const { task } = await server.getJson<{ task: { id: string } }>("/v1/tasks", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ blockId: "habits::probe", inputValues: {} }),
    });
    await server.getJson(`/v1/tasks/${task.id}`, { headers: { ...headers, Prefer: "wait=60" } });
    const { logs } = await server.getJson<{ logs: { type: string; event: { result: { pid: number } } }[] }>(
      `/v1/tasks/${task.id}/logs`,
      { headers },
    );
    return logs.find(({ type }) => type === "BlockFinished")?.event.result.pid;
  };
  const pids = [];
  for (const token of ["api-one", "api-two", "api-one", "api-two"]) pids.push(await run(token));
  expect(pids).toEqual([pids[0], pids[1], pids[0], pids[1]]);
  expect(pids[0]).not.toBe(pids[1]);
});

test("tasks that wait for the only place follow each other in one process", async () => {
  const before = await probe(shared);
  const what = "nothing";
  const ids = await Promise.all(Array.from({ length: 30 }, () => shared.start("habits::leave", { what })));
  expect(await pidsOf(shared, ids)).toEqual([before]);
});

test("a task that waits for a process which is not to return gets another one", async () => {
  const what = "timer";
  const ids = await Promise.all(Array.from({ length: 5 }, () => shared.start("habits::leave", { what })));
  const pids = await pidsOf(shared, ids);
  expect(pids).toHaveLength(ids.length);
  await waitUntilGone(pids, 5_000);
});

test("a package that has changed gets a new process at once", async () => {
  await using copy = await makeDataDirectory();
  const packages = join(copy.path, "habits");
  await cp(habits, packages, { recursive: true });
  await using server = await openTestServer({ ...settings, packages: [packages] });
  const before = await probe(server);
  expect(await probe(server)).toBe(before);
  const file = join(packages, "tasks/probe/main.js");
  await writeFile(file, (await readFile(file, "utf8")).replace("process.pid", "-process.pid"));
  const after = await probe(server);
  expect(after).toBeLessThan(0);
  expect(-after).not.toBe(before);
});

test("a process is replaced after so many tasks", async () => {
  await using server = await openTestServer({ ...settings, executorTasks: 2 });
  const pids: number[] = [];
  for (let count = 0; count < 5; count += 1) pids.push(await probe(server));
  // Of those that come after the first, one may have been started to stand by: which of them runs what is not told.
  const tasksOf = pids.map((pid) => pids.filter((other) => other === pid).length);
  expect(tasksOf.slice(0, 2)).toEqual([2, 2]);
  expect(Math.max(...tasksOf)).toBe(2);
});

test("each task has a process of its own where that is asked for", async () => {
  await using server = await openTestServer({ ...settings, isolation: "process" });
  expect(await probe(server)).not.toBe(await probe(server));
});

async function probe(server: TestClient): Promise<number> {
  const id = await server.start("habits::probe");
  await server.waitForEnd(id);
  return ((await server.finish(id)).result as { pid: number }).pid;
}

/** The processes in which so many tasks have put out their own. */
async function pidsOf(server: TestClient, ids: readonly string[]): Promise<number[]> {
  const pids = new Set<number>();
  for (const id of ids) {
    await server.waitForEnd(id);
    const { event } = await server.waitForLog(id, "BlockOutput");
    pids.add(event.output as number);
  }
  return [...pids];
}

/** The process that the block has left something in. */
async function leave(server: TestClient, what: string): Promise<number> {
  const id = await server.start("habits::leave", { what });
  const { event } = await server.waitForLog(id, "BlockOutput");
  await server.waitForEnd(id);
  return event.output as number;
}
