import type { FakeTask, Fault } from "@oomol/connect-core/testing";
import type { ExtensionName } from "@oomol/connect-core/wire";
import { describe, expect, test } from "vitest";
import { type Served, serve } from "./helpers/serve.ts";

const block = { blockId: "pkg::echo" };
const extensions: ExtensionName[] = ["events", "wait", "after", "idempotency"];

/** A server whose extensions the client knows already, and whose tasks `play` ends. */
async function serveKnown(
  play: (task: FakeTask) => void = (task) => task.complete({ a: 1 }),
  known = extensions,
) {
  const server = await serve({ extensions: known, onTask: play });
  await server.client.tasks.list();
  return server;
}

const askedFor = (server: Served) =>
  server.fake.requests.slice(1).map(({ method, path }) => `${method} ${path}`);

describe("a run of a server that streams and holds", () => {
  test("takes one request, and has the logs and the result", async () => {
    await using server = await serveKnown((task) => task.progress(50).complete({ a: 1 }));
    const outcome = await server.client.tasks.run(block);
    expect(outcome).toMatchObject({ taskId: "task-1", result: { a: 1 }, task: { status: "completed" } });
    expect(outcome.logs.map(({ id }) => id)).toEqual([1, 2]);
    expect(askedFor(server)).toEqual(["POST /v1/tasks"]);
  });

  test("tells the one who looks on each status and log", async () => {
    await using server = await serveKnown((task) => {
      setImmediate(() => task.setStatus("running").progress(50).complete({ a: 1 }));
    });
    const seen: unknown[] = [];
    await server.client.tasks.createAndWait(block, {
      onProgress: ({ status }, { percent }) => void seen.push([status, percent]),
      onLog: ({ id }) => void seen.push(id),
    });
    expect(seen).toEqual([
      ["created", undefined],
      ["running", undefined],
      1,
      ["running", 50],
      2,
      ["completed", 50],
    ]);
    expect(askedFor(server)).toEqual(["POST /v1/tasks"]);
  });

  test("that wants the end alone is answered at the end of a short task", async () => {
    await using server = await serveKnown();
    const { task } = await server.client.tasks.createAndWait(block);
    expect(task.status).toBe("completed");
    expect(askedFor(server)).toEqual(["POST /v1/tasks"]);
    expect(server.fake.requests.at(-1)?.headers.prefer).toBe("wait=5");
  });

  test("that ends badly says why", async () => {
    await using server = await serveKnown((task) => task.fail("no paper"));
    await expect(server.client.tasks.run(block)).rejects.toThrow(/no paper/);
    await expect(server.client.tasks.createAndWait(block)).rejects.toThrow(/no paper/);
  });

  test("goes on by the task's id where the stream broke, without a log twice", async () => {
    let finish = () => {};
    await using server = await serveKnown((task) => {
      task.progress(10);
      finish = () => task.progress(20).complete({ a: 1 });
    });
    const logIds: number[] = [];
    const run = server.client.tasks.run(block, { onLog: ({ id }) => void logIds.push(id) });
    await expect.poll(() => logIds).toEqual([1]);
    server.cutConnections();
    finish();
    expect((await run).result).toEqual({ a: 1 });
    expect(logIds).toEqual([1, 2, 3]);
    expect(askedFor(server).slice(0, 2)).toEqual(["POST /v1/tasks", "GET /v1/tasks/task-1"]);
    expect(server.fake.requests.at(-1)?.headers["last-event-id"]).toBe("1");
  });

  test.each<Fault>([
    { kind: "reset" },
    { kind: "reset-after" },
    { kind: "status", status: 406 },
    { kind: "status", status: 504 },
    { kind: "html" },
  ])("where $kind $status strikes the creation, makes one task all the same", async (fault) => {
    await using server = await serveKnown();
    server.fake.inject(fault, { method: "POST" });
    expect((await server.client.tasks.run(block)).result).toEqual({ a: 1 });
    expect(server.fake.tasks.size).toBe(1);
  });

  test("that the server refuses is refused at once", async () => {
    await using server = await serveKnown();
    server.fake.inject(
      { kind: "status", status: 400, body: { message: "no such input" } },
      { method: "POST" },
    );
    await expect(server.client.tasks.run(block)).rejects.toThrow(/no such input/);
    expect(askedFor(server)).toEqual(["POST /v1/tasks"]);
  });

  test("that is aborted closes its connection, and rejects with the reason", async () => {
    await using server = await serveKnown((task) => task.progress(10));
    const abort = new AbortController();
    const run = server.client.tasks.run(block, {
      signal: abort.signal,
      onLog: () => abort.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
    await expect.poll(() => server.requestsInFlight()).toBe(0);
  });

  test("that is to be stopped with its signal learns the task's id first", async () => {
    await using server = await serveKnown((task) => task.setStatus("running"));
    const abort = new AbortController();
    const run = server.client.tasks.run(block, {
      signal: abort.signal,
      stopOnAbort: true,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
    await server.client.close();
    expect(server.fake.tasks.get("task-1")?.status).toBe("stopped");
    expect(server.fake.requestsTo("POST", /tasks$/)[0]?.headers.accept).toBe("application/json");
  });

  test("waits at a task that takes long by its id", async () => {
    let task: FakeTask | undefined;
    await using server = await serveKnown((created) => {
      task = created;
    });
    const ended = server.client.tasks.createAndWait(block, { timeoutMs: 1_500 });
    await expect(ended).rejects.toThrow(/task task-1 to end/);
    expect(task?.isDone).toBe(false);
    expect(server.fake.requestsTo("POST", /tasks$/)[0]?.headers.prefer).toBe("wait=1");
  });
});

test.each([["events", "wait"], ["idempotency"], []] as ExtensionName[][])(
  "a server that announces %j is asked for a task as any other",
  async (...known) => {
    await using server = await serveKnown(undefined, known);
    expect((await server.client.tasks.run(block)).result).toEqual({ a: 1 });
    const [creation] = server.fake.requestsTo("POST", /tasks$/);
    expect(creation?.headers).toMatchObject({ accept: "application/json" });
    expect(creation?.headers.prefer).toBeUndefined();
  },
);
