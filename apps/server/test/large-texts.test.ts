import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder } from "@oomol/test-helpers/create-temporary-folder";
import { expect, test } from "vitest";
import { JsonText } from "../src/json-text.ts";
import { openDatabase } from "../src/store/database.ts";
import { ComingText, wholeText } from "../src/store/stored-text.ts";
import { TaskStore } from "../src/store/task-store.ts";

const block = { blockId: "lab::shout", packageVersion: "0.2.0" };

test("others have their turn again and again while large inputs and logs are written and read", async () => {
  await using folder = await createTemporaryFolder();
  const store = new TaskStore(await openDatabase(folder.path));
  const text = "x".repeat(15_000_000);
  const id = randomUUID();
  const turns = await turnsDuring(async () => {
    await store.create({ id, ...block, inputValues: [], inputs: { text } });
  });
  expect(turns).toBeGreaterThan(20);
  await store.writer.claim([id]);
  const writing = async () => {
    void store.writer.appendLog(id, { sessionId: "s", nodeId: null, type: "BlockLog", event: { text } });
    await store.writer.setStatus(id, "completed");
  };
  expect(await turnsDuring(writing)).toBeGreaterThan(20);
  const reading = async () => expect((await store.listLogs(id))[0]?.event.length).toBe(text.length + 11);
  expect(await turnsDuring(reading)).toBeGreaterThan(20);
  expect((await store.listEnded())[0]?.logBytes).toBeGreaterThan(text.length);
  await store.close();
});

test("what is large is moved into the file a little at a time", async () => {
  await using folder = await createTemporaryFolder();
  const store = new TaskStore(await openDatabase(folder.path));
  await store.create({
    id: randomUUID(),
    ...block,
    inputValues: [],
    inputs: { text: "x".repeat(15_000_000) },
  });
  // As long as it ever was.
  expect((await stat(join(folder.path, "connect.db-wal"))).size).toBeLessThan(4_000_000);
  await store.close();
});

test("of inputs that come in parts one is here at a time", async () => {
  await using folder = await createTemporaryFolder();
  const store = new TaskStore(await openDatabase(folder.path));
  const parts = ['[{"nodeId":"_","inputs":[{"handle":"text","value":"é', "è".repeat(300_000), '"}]}]'];
  const id = randomUUID();
  let last: Uint8Array | undefined;
  async function* coming() {
    for (const part of parts) {
      expect(last?.byteLength ?? 0).toBe(0);
      last = new TextEncoder().encode(part);
      yield last;
    }
  }
  const task = await store.create({ id, ...block, inputValues: new ComingText(coming()), inputs: {} });
  // Compared here: a failure would print all of it.
  expect((await wholeText(task?.inputValues ?? "")) === parts.join("")).toBe(true);
  await store.close();
});

test("parts of a text whose row was never written are gone after the next start, the others stay", async () => {
  await using folder = await createTemporaryFolder();
  const database = await openDatabase(folder.path);
  const store = new TaskStore(database);
  const id = randomUUID();
  const text = "x".repeat(100_000);
  await store.create({ id, ...block, inputValues: [], inputs: { text } });
  const stray = { task_id: "killed", name: "inputs", part: 0, text };
  await database.insertInto("task_texts").values(stray).execute();
  await store.close();

  const again = await openDatabase(folder.path);
  const left = await again.selectFrom("task_texts").select("task_id").execute();
  expect(left).toEqual([{ task_id: id }]);
  await again.destroy();
});

test("a value that stays bytes is stored and told as its text, and given to the block as it came", async () => {
  await using folder = await createTemporaryFolder();
  const store = new TaskStore(await openDatabase(folder.path));
  const id = randomUUID();
  const value = [`语${"x".repeat(700_000)}😀`, "语".repeat(400_000)];
  await store.create({ id, ...block, inputValues: [], inputs: { value } });
  const [task] = await store.writer.claim([id]);
  expect(task?.inputs.json).toBeInstanceOf(Buffer);
  // Compared here: a failure would print all of it.
  expect(JSON.stringify(task?.inputs) === JSON.stringify({ value })).toBe(true);
  const output = new JsonText(Buffer.from(JSON.stringify(value)));
  const event = { type: "BlockOutput", output, handle: "语" };
  for (const sessionId of ["s", "t"])
    void store.writer.appendLog(id, { sessionId, nodeId: null, type: "BlockOutput", event });
  await store.writer.setStatus(id, "completed");
  const told = (await store.listLogs(id)).map(
    (log) => log.event === JSON.stringify({ ...event, output: value }),
  );
  expect(told).toEqual([true, true]);
  await store.close();
});

/** How often the loop turned. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}
