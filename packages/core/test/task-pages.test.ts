import { InvalidInputError, type Task, UnsupportedError } from "@oomol/connect-core";
import type { FakeTask } from "@oomol/connect-core/testing";
import { expect, test } from "vitest";
import { serve } from "./helpers/serve.ts";

const paged = ["after", "pages"] as const;
const idsOf = (tasks: readonly Task[]) => tasks.map(({ id }) => id);
const failOdd = (task: FakeTask) =>
  void (Number(task.id.slice(-1)) % 2 ? task.fail("odd") : task.complete({}));

/** Ten tasks of two blocks, of which those with odd numbers fail. */
async function serveTen(extensions?: readonly ("after" | "pages")[]) {
  const server = await serve({ onTask: failOdd, ...(extensions && { extensions }) });
  for (let number = 1; number <= 10; number += 1) {
    await server.client.tasks.create({ blockId: number > 8 ? "a::new" : "a::old" });
  }
  server.fake.requests.length = 0;
  return server;
}

test.each([
  { who: "a server with pages", extensions: paged },
  { who: "a server without", extensions: undefined },
])("the newest tasks of a state, and of a block, come from $who", async ({ extensions }) => {
  await using server = await serveTen(extensions);
  const { tasks } = server.client;
  const failed = await tasks.list({ status: "failed", limit: 2 });
  expect(idsOf(failed.tasks)).toEqual(["task-9", "task-7"]);
  expect(idsOf((await tasks.list({ blockId: "a::new" })).tasks)).toEqual(["task-10", "task-9"]);
  const both = await tasks.list({ status: ["failed", "completed"], blockId: "a::old" });
  expect(idsOf(both.tasks)).toEqual([8, 7, 6, 5, 4, 3, 2, 1].map((number) => `task-${number}`));
  expect((await tasks.list()).tasks).toHaveLength(10);
});

test("a list continues where its limit ended it", async () => {
  await using server = await serveTen(paged);
  const { tasks } = server.client;
  const first = await tasks.list({ limit: 4 });
  const second = await tasks.list({ limit: 4, ...(first.next && { before: first.next }) });
  const last = await tasks.list({ limit: 4, ...(second.next && { before: second.next }) });
  expect([first, second, last].map((list) => list.tasks.length)).toEqual([4, 4, 2]);
  expect(idsOf([first, second, last].flatMap((list) => list.tasks)).at(-1)).toBe("task-1");
  expect(last.next).toBeUndefined();
});

test("tasks are iterated page by page, each requested when it is read", async () => {
  await using server = await serve({ extensions: paged });
  for (let count = 0; count < 1_002; count += 1) await server.fake.handle(creation());
  await server.client.blocks.list();
  server.fake.requests.length = 0;
  const seen: string[] = [];
  for await (const { id } of server.client.tasks.iterate({ blockId: "a::b" })) {
    seen.push(id);
    if (seen.length === 1_000) expect(server.fake.requests).toHaveLength(1);
  }
  expect(seen).toEqual(Array.from({ length: 1_002 }, (_, index) => `task-${1_002 - index}`));
  expect(server.fake.requests).toHaveLength(2);
});

test("a client that leaves the iteration requests no further page", async () => {
  await using server = await serveTen(paged);
  for await (const task of server.client.tasks.iterate({ limit: 5 })) if (task) break;
  expect(server.fake.requests).toHaveLength(1);
});

test("a first list reads no large answer to its end before it goes on by pages", async () => {
  await using server = await serve({ extensions: paged });
  for (let count = 0; count < 3; count += 1) await server.fake.handle(creation("x".repeat(200_000)));
  expect((await server.client.tasks.list()).tasks).toHaveLength(3);
  const asked = server.fake.requestsTo("GET", /./).map(({ path }) => path);
  expect(asked).toEqual(["/v1/tasks", "/v1/tasks?limit=1000"]);
});

test("a list of a server without pages takes one request", async () => {
  await using server = await serveTen();
  expect((await server.client.tasks.list()).tasks).toHaveLength(10);
  expect(server.fake.requests.map(({ path }) => path)).toEqual(["/v1/tasks"]);
});

test("a place in a list means nothing to a server without pages, which is said", async () => {
  await using server = await serveTen();
  const failure = await server.client.tasks.list({ before: "7" }).catch((caught: unknown) => caught);
  expect(failure).toBeInstanceOf(UnsupportedError);
  expect(failure).toMatchObject({ extension: "pages" });
});

test.each([{ limit: 0 }, { limit: 1.5 }, { limit: Number.NaN }, { status: [] }])(
  "refuses %o before a request is sent",
  async (options) => {
    await using server = await serveTen(paged);
    await expect(server.client.tasks.list(options)).rejects.toBeInstanceOf(InvalidInputError);
    expect(server.fake.requests).toEqual([]);
  },
);

test("an aborted list is over at once", async () => {
  await using server = await serveTen(paged);
  const abort = new AbortController();
  server.fake.inject({ kind: "hang" });
  const list = server.client.tasks.list({ limit: 3, signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(list).rejects.toThrow("enough");
});

test("logs come in bounded pieces, to who asks for them and to who waits", async () => {
  const onTask = (task: FakeTask) => {
    for (let count = 0; count < 1_200; count += 1) task.log("BlockLog", { log: String(count) });
    task.complete({ total: 9 });
  };
  await using server = await serve({ onTask, extensions: paged });
  const { task } = await server.client.tasks.create({ blockId: "a::b" });
  const { logs } = await server.client.tasks.getLogs(task.id);
  expect(logs.map(({ id }) => id)).toEqual(server.fake.tasks.get(task.id)?.logs.map(({ id }) => id));
  expect(logs.length).toBeGreaterThan(1_200);
  const { result } = await server.client.tasks.attach(task.id).result();
  expect(result).toEqual({ total: 9 });
  const asked = server.fake.requestsTo("GET", /logs/).map(({ path }) => path.replace(/.*\?/, ""));
  const pages = ["limit=500", ...[499, 999].map((at) => `after=${logs[at]?.id}&limit=500`)];
  expect(asked).toEqual([...pages, ...pages]);
});

function creation(text = ""): Request {
  const inputValues = [{ nodeId: "_", inputs: [{ handle: "text", value: text }] }];
  const body = JSON.stringify({ manifest: "a::b", inputValues });
  return new Request("http://fake.test/api/v1/tasks", { method: "POST", body });
}
