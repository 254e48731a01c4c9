import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { JsonText } from "../src/json-text.ts";
import type { IdempotentRequest } from "../src/store/task-rows.ts";
import type { TaskStore } from "../src/store/task-store.ts";
import { backends } from "./store-backends.ts";

/** A task of a package that the tests have. */
function newTask(idempotency?: IdempotentRequest) {
  return {
    id: randomUUID(),
    blockId: "lab::shout",
    packageVersion: "0.2.0",
    inputValues: [],
    inputs: { text: "x" },
    idempotency,
  };
}

async function create(store: TaskStore): Promise<string> {
  const task = await store.create(newTask());
  if (!task) throw new Error("the task was not created");
  return task.id;
}

const logOf = (text: string) => ({ sessionId: "s", nodeId: null, type: "BlockLog", event: { text } });
const textsOf = async (store: TaskStore, id: string) =>
  (await store.listLogs(id)).map((log) => {
    const event = JSON.parse(log.event);
    return [log.id, event.text ?? event.error];
  });

describe.each(Object.entries(backends))("on %s", (_name, open) => {
  test("lists tasks newest first, and those that have not ended in the order of acceptance", async () => {
    await using backend = await open();
    const { store } = backend;
    const ids = [await create(store), await create(store), await create(store)];
    expect((await store.list()).map(({ id }) => id)).toEqual(ids.toReversed());
    await store.writer.end(ids[1] ?? "", "stopped");
    expect(await store.listUnfinished()).toEqual([
      { id: ids[0], caller: "", wasTaken: false },
      { id: ids[2], caller: "", wasTaken: false },
    ]);
    expect(await store.countByStatus()).toEqual(
      new Map([
        ["pending", 2],
        ["stopped", 1],
      ]),
    );
  });

  test("creates one task for an idempotency key, however many ask at once", async () => {
    await using backend = await open();
    const other = await backend.openAnother();
    const idempotency = { caller: "", key: "once", fingerprint: "f" };
    const created = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        [backend.store, other][index % 2]?.create(newTask(idempotency)),
      ),
    );
    const winners = created.filter((task) => task !== undefined);
    expect(winners).toHaveLength(1);
    expect(await backend.store.findByKey(idempotency)).toMatchObject({
      task: { id: winners[0]?.id },
      idempotency,
    });
    expect(await backend.store.list()).toHaveLength(1);
  });

  test("numbers logs from 1 without gaps, through every claim", async () => {
    await using backend = await open();
    const { store } = backend;
    const id = await create(store);
    expect(await store.writer.claim([id])).toMatchObject([
      { id, inputs: new JsonText(JSON.stringify({ text: "x" })), isStopRequested: false },
    ]);
    for (let index = 0; index < 120; index += 1) store.writer.appendLog(id, logOf(`a${index}`));
    expect(await store.writer.setStatus(id, "running", "s")).toBe(true);
    await store.writer.claim([id]);
    store.writer.appendLog(id, logOf("b"));
    expect(await store.writer.setStatus(id, "completed")).toBe(true);
    const logs = await store.listLogs(id);
    expect(logs.map((log) => log.id)).toEqual(Array.from({ length: 121 }, (_, index) => index + 1));
    expect(logs.at(-1)?.event).toBe('{"text":"b"}');
    expect((await store.listLogs(id, 119)).map((log) => log.id)).toEqual([120, 121]);
  });

  test("lists the last session of each task that has one", async () => {
    await using backend = await open();
    const { store } = backend;
    const [id] = [await create(store), await create(store)];
    await store.writer.claim([id]);
    await store.writer.setStatus(id, "running", "one");
    await store.writer.setStatus(id, "running", "two");
    expect(await store.listSessions()).toEqual([{ sessionId: "two", status: "running" }]);
  });

  test("lets nobody write about a task that another has claimed since", async () => {
    await using backend = await open();
    const { store } = backend;
    const other = await backend.openAnother();
    const id = await create(store);
    await store.writer.claim([id]);
    const lost = new Promise<unknown>((resolve) => store.writer.lost.listen(id, resolve));
    store.writer.appendLog(id, logOf("first"));
    await store.writer.setStatus(id, "running", "one");

    await other.writer.claim([id]);
    store.writer.appendLog(id, logOf("from the dead"));
    expect(await store.writer.setStatus(id, "completed")).toBe(false);
    await lost;
    store.writer.appendLog(id, logOf("still from the dead"));
    other.writer.appendLog(id, logOf("second"));
    expect(await other.writer.setStatus(id, "failed")).toBe(true);
    expect(await textsOf(other, id)).toEqual([
      [1, "first"],
      [2, "second"],
    ]);
    expect(await store.get(id)).toMatchObject({ status: "failed", sessionId: "one" });
  });

  test("finds out that a task was taken over without writing about it", async () => {
    await using backend = await open();
    const { store } = backend;
    const [kept, taken] = [await create(store), await create(store)];
    await store.writer.claim([kept, taken]);
    const told: string[] = [];
    for (const id of [kept, taken]) store.writer.lost.listen(id, () => told.push(id));
    await (await backend.openAnother()).writer.claim([taken]);
    await store.writer.checkClaims();
    expect(told).toEqual([taken]);
    expect(await store.writer.setStatus(kept, "completed")).toBe(true);
  });

  test("finds out that a task that it runs is to be stopped", async () => {
    await using backend = await open();
    const { store } = backend;
    const [going, stopped] = [await create(store), await create(store)];
    await store.writer.claim([going, stopped]);
    const told: string[] = [];
    for (const id of [going, stopped]) store.writer.stopping.listen(id, () => told.push(id));
    await (await backend.openAnother()).requestStop(stopped);
    await store.writer.checkClaims();
    expect(told).toEqual([stopped]);
  });

  test("changes nothing about a task that has ended", async () => {
    await using backend = await open();
    const { store } = backend;
    const id = await create(store);
    await store.writer.claim([id]);
    expect(await store.writer.end(id, "failed", { reason: "the reason" })).toBe(true);
    expect(await store.writer.setStatus(id, "completed")).toBe(false);
    expect(await store.writer.end(id, "stopped")).toBe(false);
    expect(await store.writer.claim([id])).toEqual([]);
    expect(await store.get(id)).toMatchObject({ status: "failed" });
    expect(await textsOf(store, id)).toEqual([[1, "the reason"]]);
  });

  test("stops at once only what nobody has taken", async () => {
    await using backend = await open();
    const { store } = backend;
    const [waiting, taken] = [await create(store), await create(store)];
    await store.writer.claim([taken]);
    expect(await store.writer.end(waiting, "stopped", { unclaimedOnly: true })).toBe(true);
    expect(await store.writer.end(taken, "stopped", { unclaimedOnly: true })).toBe(false);
    await store.requestStop(taken);
    expect(await (await backend.openAnother()).writer.claim([waiting, taken])).toMatchObject([
      { id: taken, isStopRequested: true },
    ]);
  });

  test("forgets tasks with their logs, the oldest first", async () => {
    await using backend = await open();
    const { store } = backend;
    const ids = [await create(store), await create(store), await create(store)];
    for (const id of ids.slice(0, 2)) await store.writer.end(id, "failed", { reason: "x" });
    const old = await store.listEndedBefore(Date.now() + 1, 10);
    expect(old.map(({ id }) => id).sort()).toEqual(ids.slice(0, 2).sort());
    expect(await store.listEndedBefore(Date.now() - 60_000, 10)).toEqual([]);
    await store.remove(ids[0] ?? "");
    expect([await store.get(ids[0] ?? ""), await store.listLogs(ids[0] ?? "")]).toEqual([undefined, []]);
    expect(await store.list()).toHaveLength(2);
  });
});
