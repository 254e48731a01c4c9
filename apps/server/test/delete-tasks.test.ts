import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Engine } from "../src/engine/engine.ts";
import { createLocalFiles, sessionOf } from "../src/files/local-files.ts";
import { createMetrics } from "../src/metrics.ts";
import { openDatabase } from "../src/store/database.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { forgetTask } from "../src/tasks/forget-task.ts";
import { createRunTask } from "../src/tasks/run-task.ts";
import { describeBothServers } from "./both-servers.ts";
import { makeDataDirectory, refusalOf, type TestClient, type TestServer } from "./open-test-server.ts";
import { catalog } from "./store-backends.ts";

const remove = (server: TestClient, id: string, headers: Record<string, string> = {}) =>
  server.request(`/v1/tasks/${id}`, { method: "DELETE", headers });

/** What lies in the folders of uploads and sessions. */
async function kept({ filesDirectory }: TestServer): Promise<string[]> {
  const list = (name: string) => readdir(join(filesDirectory, name)).catch(() => []);
  return (await Promise.all(["uploads", "sessions"].map(list))).flat();
}

describeBothServers(({ open, shared }) => {
  test("a task that has ended is deleted with its logs, uploads and files, and no other", async () => {
    await using server = await open();
    const other = await server.start("lab::make-files", { files: { "b.txt": "kept" } });
    await server.waitForEnd(other);
    const keptBefore = await kept(server);
    const uploaded = await server.upload("lab::one-file", [new File(["hello"], "a.txt")]);
    const { task } = (await uploaded.json()) as { task: { id: string } };
    const made = await server.start("lab::make-files", { files: { "a.txt": "gone" } });
    for (const id of [task.id, made]) {
      expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
      const deleted = await remove(server, id);
      expect([deleted.status, await deleted.json()]).toEqual([200, { success: true }]);
      for (const path of ["", "/logs", "/files/a.txt"]) {
        expect(await refusalOf(await server.request(`/v1/tasks/${id}${path}`))).toEqual({
          status: 404,
          message: `There is no task "${id}".`,
        });
      }
      expect((await remove(server, id)).status).toBe(404);
    }
    expect(await kept(server)).toEqual(keptBefore);
    const { tasks } = await server.getJson<{ tasks: { id: string }[] }>("/v1/tasks");
    expect(tasks.map(({ id }) => id)).toEqual([other]);
    expect(await server.logs(other)).not.toEqual([]);
    expect(await (await server.request(`/v1/tasks/${other}/files/b.txt`)).text()).toBe("kept");
  });

  test("a task that has not ended is refused, and goes on", async () => {
    const server = shared();
    const id = await server.start("lab::hang");
    await server.waitForLog(id, "BlockOutput");
    expect(await refusalOf(await remove(server, id))).toEqual({
      status: 409,
      message: `The task "${id}" is running: stop it before you delete it.`,
    });
    await server.request(`/v1/tasks/${id}/stop`, { method: "POST" });
    expect((await remove(server, id)).status).toBe(200);
  });

  test("a caller deletes its own tasks, an admin anybody's, and others find none", async () => {
    await using server = await open({
      tokens: [
        { name: "ann", token: "ann-1", roles: ["run"] },
        { name: "bob", token: "bob-1", roles: ["run", "install"] },
        { name: "ops", token: "ops-1", roles: ["admin"] },
      ],
    });
    for (const owner of ["ann-1", "ops-1"]) {
      const Authorization = "ann-1";
      const created = await server.create("lab::shout", { text: "x" }, { Authorization });
      const { task } = (await created.json()) as { task: { id: string } };
      await server.request(`/v1/tasks/${task.id}`, { headers: { Authorization, Prefer: "wait=60" } });
      const others = { "bob-1": 404, nobody: 401, [owner]: 200 };
      for (const [token, status] of Object.entries(others)) {
        expect([token, (await remove(server, task.id, { Authorization: token })).status]).toEqual([
          token,
          status,
        ]);
      }
    }
  });

  test("the idempotency key of a deleted task is free again", async () => {
    const server = shared();
    const create = async () => {
      const created = await server.create("lab::shout", { text: "x" }, { "Idempotency-Key": "again" });
      return ((await created.json()) as { task: { id: string } }).task.id;
    };
    const first = await create();
    expect(await create()).toBe(first);
    await server.waitForEnd(first);
    await remove(server, first);
    expect(await create()).not.toBe(first);
  });
});

test("many and large logs of a deleted task leave the database", async () => {
  await using data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  await using store = Object.assign(new TaskStore(database), {
    [Symbol.asyncDispose]: () => store.close(),
  });
  const large = [{ nodeId: "_", inputs: [{ handle: "value", value: "x".repeat(6_000_000) }] }];
  const ids = ["gone", "kept"];
  for (const id of ids) {
    const parts = { inputValues: large, inputs: { value: large } };
    await store.create({ id, blockId: "lab::shout", packageVersion: "0.1.0", ...parts });
    await store.writer.claimOne(id);
    for (let index = 0; index < 100; index += 1) {
      const event = { log: `${index} ${"x".repeat(index === 50 ? 6_000_000 : 60_000)}` };
      await store.writer.appendLog(id, { sessionId: "s", nodeId: "_", type: "BlockLog", event });
    }
    await store.writer.setStatus(id, "completed", "s");
  }
  const count = async (table: "log_packs" | "task_texts", id: string) => {
    const select = database.selectFrom(table).select(({ fn }) => fn.countAll<number>().as("count"));
    return (await select.where("task_id", "=", id).executeTakeFirstOrThrow()).count;
  };
  expect([await count("log_packs", "gone"), await count("task_texts", "gone")]).toEqual([
    await count("log_packs", "kept"),
    await count("task_texts", "kept"),
  ]);
  expect(await count("log_packs", "gone")).toBeGreaterThan(50);
  expect(await count("task_texts", "gone")).toBeGreaterThan(20);
  await store.remove("gone");
  expect([await count("log_packs", "gone"), await count("task_texts", "gone")]).toEqual([0, 0]);
  expect(await store.listLogs("kept")).toHaveLength(100);
});

test("files that a process keeps of a task that was ended over its head and deleted are removed again", async () => {
  await using data = await makeDataDirectory();
  const store = new TaskStore(await openDatabase(data.path));
  await using _closing = { [Symbol.asyncDispose]: () => store.close() };
  const files = createLocalFiles(data.path);
  const file = join(sessionOf(data.path, "the-session"), "made.txt");
  const engine: Engine = {
    async run({ onStarted }) {
      onStarted("the-session");
      // As by another process, while this one stood still.
      await store.writer.end("task", "stopped");
      await forgetTask({ store, files }, { id: "task", sessionId: null });
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "made");
      return "completed";
    },
    close: async () => undefined,
  };
  const runTask = createRunTask({
    store,
    catalog,
    engine,
    files,
    taskTimeoutMs: undefined,
    metrics: createMetrics(async () => new Map()),
    log: pino({ enabled: false }),
  });
  const inputs = { inputValues: [], inputs: {} };
  await store.create({ id: "task", blockId: "lab::shout", packageVersion: "0.1.0", ...inputs });
  const claimed = await store.writer.claimOne("task");
  if (!claimed) throw new Error("the task was not claimed");
  const { signal } = new AbortController();
  expect(await runTask(claimed, signal, { closing: signal })).toBe("lost");
  expect(existsSync(file)).toBe(false);
});
