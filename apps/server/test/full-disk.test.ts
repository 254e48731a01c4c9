import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Engine } from "../src/engine/engine.ts";
import { createLocalFiles } from "../src/files/local-files.ts";
import { createMetrics } from "../src/metrics.ts";
import { openDatabase } from "../src/store/database.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { createTaskRunner } from "../src/tasks/task-runner.ts";
import { idOf, makeDataDirectory, openTestServer, refusalOf } from "./open-test-server.ts";
import { catalog } from "./store-backends.ts";

/** A runner on a disk that is full as soon as its engine begins, until there is `room` again. */
async function openOnFullDisk() {
  const data = await makeDataDirectory();
  const database = await openDatabase(data.path);
  const store = new TaskStore(database);
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  // SQLite itself says that the disk is full, by the largest number of pages that it may use.
  const limitPages = (count: number) => sql.raw(`pragma max_page_count = ${count}`).execute(database);
  const engine: Engine = {
    async run({ onStarted, onEvent }) {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database);
      await limitPages(rows[0]?.page_count ?? 0);
      onStarted("session");
      const event = {
        type: "BlockFinished",
        session_id: "session",
        result: randomBytes(500_000).toString("base64"),
      };
      onEvent({ type: event.type, nodeId: "_", event });
      return "completed";
    },
    close: async () => undefined,
  };
  const metrics = createMetrics(async () => new Map());
  const runner = createTaskRunner({
    store,
    engine,
    catalog,
    metrics,
    log,
    files: createLocalFiles(data.path),
    taskTimeoutMs: undefined,
    concurrency: 1,
    rerunInterrupted: false,
  });
  const id = randomUUID();
  const inputs = { text: "x" };
  await store.create({ id, blockId: "lab::shout", packageVersion: "0.2.0", inputValues: [], inputs });
  const room = () => limitPages(2 ** 31 - 2);
  return {
    store,
    runner,
    id,
    room,
    lines,
    async [Symbol.asyncDispose]() {
      await room();
      await runner.close();
      await store.close();
      await data[Symbol.asyncDispose]();
    },
  };
}

test("a task whose end found no room on the disk ends as soon as there is some", async () => {
  await using full = await openOnFullDisk();
  const { store, runner, id } = full;
  await runner.submit({ id, caller: "" });
  await expect.poll(() => full.lines.join("")).toContain("database or disk is full");
  expect(await store.get(id)).toMatchObject({ status: "pending" });
  const stopping = runner.stop(id); // too late for the block, but told when it is over
  await full.room();
  await stopping;
  expect(await store.get(id)).toMatchObject({ status: "completed", sessionId: "session" });
  expect(await store.listLogs(id)).toMatchObject([{ id: 1, type: "BlockFinished" }]);
});

test("a server on a full disk can be closed", async () => {
  await using full = await openOnFullDisk();
  await full.runner.submit({ id: full.id, caller: "" });
  await expect.poll(() => full.lines.join("")).toContain("database or disk is full");
  await full.runner.close();
  expect(full.lines.at(-1)).toContain("a task could not be run");
});

test("a task that nobody runs can be stopped", async () => {
  await using full = await openOnFullDisk();
  await full.runner.stop(full.id);
  expect(await full.store.get(full.id)).toMatchObject({ status: "stopped" });
});

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** A folder on a disk of its own of so many bytes. */
async function mountDisk(sizeBytes: number) {
  const folder = await makeDataDirectory();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", folder.path]);
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      execFileSync("umount", [folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.runIf(isRoot)(
  "a server whose disk is full says so to all who ask, holds its memory, and goes on when there is room",
  async () => {
    await using disk = await mountDisk(8 * 2 ** 20);
    const filler = join(disk.path, "filler");
    writeFileSync(filler, Buffer.alloc(3 * 2 ** 20));
    await using server = await openTestServer({ dataDirectory: disk.path });
    const root = new URL(server.url).origin;
    const readiness = async () => (await fetch(`${root}/readyz`)).status;
    expect(await readiness()).toBe(200);
    const endless = await server.start("lab::chatter", { lines: 1e9, characters: 1_000 });
    const short = await server.start("lab::chatter", { lines: 8_000, characters: 1_000 });

    await expect.poll(readiness, { timeout: 20_000 }).toBe(503);
    const before = process.memoryUsage().rss;
    expect(await refusalOf(await server.create("lab::shout", { text: "x", mark: "!" }))).toEqual({
      status: 507,
      message:
        "The server cannot store this: its disk is full, or cannot be written. Try again when there is room.",
    });
    const file = new File([Buffer.alloc(9 * 2 ** 20)], "large.bin");
    expect((await refusalOf(await server.upload("lab::one-file", [file]))).status).toBe(507);
    expect((await server.request(`/v1/tasks/${endless}/logs?after=1`)).status).toBe(200);
    expect(await refusalOf(await server.request(`/v1/tasks/${endless}/stop`, { method: "POST" }))).toEqual({
      status: 507,
      message:
        "The task's processes are ended, but that cannot be stored: the server's disk is full. It is as soon as there is room.",
    });
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);

    rmSync(filler);
    execFileSync("mount", ["-o", `remount,size=${64 * 2 ** 20}`, disk.path]);
    await expect.poll(readiness, { timeout: 20_000 }).toBe(200);
    expect(await server.waitForEnd(endless)).toMatchObject({ status: "stopped" });
    expect(await server.waitForEnd(short)).toMatchObject({ status: "completed" });
    // Lines that come faster than they are taken share a log.
    const texts = (await server.logs(short)).flatMap(({ event }) =>
      event.log === undefined ? [] : [event.log],
    );
    expect(
      texts
        .join("\n")
        .split("\n")
        .filter((line) => line !== ""),
    ).toHaveLength(8_000);
    expect(await server.finish(short)).toMatchObject({ result: { said: 8_000 } });
    const next = await idOf(await server.create("lab::shout", { text: "x", mark: "!" }));
    expect(await server.waitForEnd(next)).toMatchObject({ status: "completed" });
  },
);
