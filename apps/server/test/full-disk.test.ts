import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Engine } from "../src/engine/engine.ts";
import { createLocalFiles } from "../src/files/local-files.ts";
import { createMetrics } from "../src/metrics.ts";
import { openDatabase } from "../src/store/database.ts";
import { TaskStore } from "../src/store/task-store.ts";
import { createTaskRunner } from "../src/tasks/task-runner.ts";
import { makeDataDirectory } from "./open-test-server.ts";
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
      const event = { type: "BlockFinished", session_id: "session", result: "x".repeat(500_000) };
      onEvent({ type: event.type, nodeId: "_", event });
      return "completed";
    },
    close: async () => undefined,
  };
  const metrics = createMetrics(async () => new Map());
  const runner = createTaskRunner({
    ...{ store, engine, catalog, metrics, log, files: createLocalFiles(data.path) },
    ...{ taskTimeoutMs: undefined, concurrency: 1, rerunInterrupted: false },
  });
  const id = randomUUID();
  const inputs = { text: "x" };
  await store.create({ id, blockId: "lab::shout", packageVersion: "0.2.0", inputValues: [], inputs });
  const room = () => limitPages(2 ** 31 - 2);
  return {
    ...{ store, runner, id, room, lines },
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
  expect(await store.listLogs(id)).toMatchObject([{ id: 0, type: "BlockFinished" }]);
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
