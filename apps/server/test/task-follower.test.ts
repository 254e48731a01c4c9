import { expect, test } from "vitest";
import { TaskChanges } from "../src/store/task-changes.ts";
import { TaskFollower, ToldRoom } from "../src/store/task-follower.ts";
import type { StoredLog, StoredTask } from "../src/store/task-rows.ts";

const task: StoredTask = {
  id: "t",
  status: "pending",
  blockId: "a::b",
  packageVersion: "1.0.0",
  sessionId: null,
  inputValues: "[]",
  caller: "",
  createdAt: 1,
  updatedAt: 1,
};
const logOf = (id: number, event = "{}"): StoredLog => ({
  task_id: "t",
  id,
  session_id: "s",
  node_id: null,
  type: "BlockLog",
  event,
  created_at: 1,
});

/** A store whose writer may tell what it wrote, in part or not at all. */
function openStore({ pageLength = 100 } = {}) {
  const changes = new TaskChanges();
  const logs: StoredLog[] = [];
  let reads = 0;
  let current = task;
  let beforeAnswer = () => {};
  return {
    changes,
    get reads() {
      return reads;
    },
    onRead: (hook: () => void) => (beforeAnswer = hook),
    write(status: StoredTask["status"], added: StoredLog[], isTold = true) {
      logs.push(...added);
      current = { ...current, status };
      changes.notify("t", isTold ? { task: current, logs: added } : undefined);
    },
    get: async () => current,
    async readLogs(_id: string, after: number) {
      reads += 1;
      const rest = logs.filter(({ id }) => id > after);
      beforeAnswer();
      return { logs: rest.slice(0, pageLength), isLast: rest.length <= pageLength };
    },
  };
}

async function readAll(follower: TaskFollower) {
  const news = await follower.read();
  return [news?.task.status, ...(news?.logs ?? []).map(({ id }) => id)];
}

test("what the writer tells of a new task is read without the database", async () => {
  const store = openStore();
  let news = 0;
  const follower = new TaskFollower(store, "t", { created: task, onNews: () => (news += 1) });
  expect(await readAll(follower)).toEqual(["pending"]);
  store.write("running", [logOf(1), logOf(2)]);
  store.write("completed", [logOf(3)]);
  expect(await readAll(follower)).toEqual(["completed", 1, 2, 3]);
  expect(await readAll(follower)).toEqual(["completed"]);
  expect({ news, reads: store.reads }).toEqual({ news: 2, reads: 0 });
  follower.close();
});

test("what came before is read from the database, and the rest as it is told", async () => {
  const store = openStore();
  store.write("running", [logOf(1), logOf(2), logOf(3)]);
  const follower = new TaskFollower(store, "t", { afterId: 1, onNews: () => undefined });
  expect(await readAll(follower)).toEqual(["running", 2, 3]);
  store.write("completed", [logOf(4)]);
  expect(await readAll(follower)).toEqual(["completed", 4]);
  expect(store.reads).toBe(1);
  follower.close();
});

test.each([
  ["nothing is told", (store: ReturnType<typeof openStore>) => store.write("completed", [logOf(2)], false)],
  [
    "something was told that does not follow",
    (store: ReturnType<typeof openStore>) => {
      store.changes.notify("t", { task, logs: [logOf(3)] });
      store.write("completed", [logOf(2), logOf(3)], false);
    },
  ],
  [
    "more is told than is kept",
    (store: ReturnType<typeof openStore>) => store.write("completed", [logOf(2, "x".repeat(300_000))]),
  ],
])("the database is read again where %s", async (_name, write) => {
  const store = openStore();
  const follower = new TaskFollower(store, "t", { created: task, onNews: () => undefined });
  store.write("running", [logOf(1)]);
  expect(await readAll(follower)).toEqual(["running", 1]);
  write(store);
  expect((await readAll(follower)).slice(0, 2)).toEqual(["completed", 2]);
  expect(store.reads).toBe(1);
  follower.close();
});

test("what is written while the database is read is not missed, and nothing comes twice", async () => {
  const store = openStore();
  store.write("running", [logOf(1)]);
  const follower = new TaskFollower(store, "t", { onNews: () => undefined });
  store.onRead(() => {
    store.onRead(() => {});
    store.write("completed", [logOf(2)]);
  });
  expect(await readAll(follower)).toEqual(["running", 1]);
  expect(await readAll(follower)).toEqual(["completed", 2]);
  expect(await readAll(follower)).toEqual(["completed"]);
  follower.close();
});

test("what is read page by page is all only with the last one", async () => {
  const store = openStore({ pageLength: 2 });
  store.write("completed", [logOf(1), logOf(2), logOf(3)]);
  const follower = new TaskFollower(store, "t", { onNews: () => undefined });
  expect(await follower.read()).toMatchObject({ isAll: false, logs: [{ id: 1 }, { id: 2 }] });
  expect(await follower.read()).toMatchObject({ isAll: true, logs: [{ id: 3 }] });
  follower.close();
});

test("followers that share a room hold no more than it together: the database has the rest", async () => {
  const store = openStore();
  const room = new ToldRoom(1_000);
  const open = () => new TaskFollower(store, "t", { created: task, room, onNews: () => undefined });
  const followers = [open(), open()];
  store.write("running", [logOf(1, "x".repeat(600))]);
  for (const follower of followers) expect(await readAll(follower)).toEqual(["running", 1]);
  expect(store.reads).toBe(1);
  // Read, or closed, is given back.
  store.write("running", [logOf(2, "x".repeat(400))]);
  followers[0]?.close();
  expect(await readAll(followers[1] ?? open())).toEqual(["running", 2]);
  expect(store.reads).toBe(1);
  expect(room.take(1_000)).toBe(true);
  expect(room.take(1)).toBe(false);
});

test("a follower that is closed hears nothing more", async () => {
  const store = openStore();
  let news = 0;
  new TaskFollower(store, "t", { created: task, onNews: () => (news += 1) }).close();
  store.write("completed", []);
  expect(news).toBe(0);
});

test("the first log of an older version, with the id 0, is read before those with higher ids", async () => {
  const store = openStore();
  const follower = new TaskFollower(store, "t", { onNews: () => undefined });
  expect(await readAll(follower)).toEqual(["pending"]);
  store.write("running", [logOf(0)], false);
  store.write("running", [logOf(1)]);
  expect(await readAll(follower)).toEqual(["running", 0, 1]);
  store.write("completed", [logOf(2)]);
  expect(await readAll(follower)).toEqual(["completed", 2]);
  expect(store.reads).toBe(2);
  follower.close();
});
