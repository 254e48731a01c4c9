import { type Clock, OomolConnectClient, systemClock, TimeoutError } from "@oomol/connect-core";
import type { FakeTask } from "@oomol/connect-core/testing";
import type { ExtensionName } from "@oomol/connect-core/wire";
import { describe, expect, test } from "vitest";
import { type Served, serve } from "./helpers/serve.ts";

const block = { blockId: "pkg::echo" };
const extensions: ExtensionName[] = ["events", "wait", "after", "idempotency", "shared-events"];

/** A server whose extensions the client knows already, and whose tasks run until `finishAll`. */
async function serveKnown(known = extensions) {
  const server = await serve({ extensions: known, onTask: (task) => void task.setStatus("running") });
  await server.client.tasks.list();
  const finish = (task: FakeTask) => task.progress(50).complete({ id: task.id });
  return Object.assign(server, {
    finishAll: () => [...server.fake.tasks.values()].filter(({ isDone }) => !isDone).forEach(finish),
  });
}

/** Resolves when so many tasks are there, and the client has heard of each. */
const running = (server: Served, seen: Set<string>, count: number) =>
  expect.poll(() => [server.fake.tasks.size, seen.size], { timeout: 10_000 }).toEqual([count, count]);

const opened = ({ fake }: Served) =>
  fake.requestsTo("POST", /events/).filter(({ headers }) => headers.accept === "text/event-stream");
const changed = ({ fake }: Served) =>
  fake.requestsTo("POST", /events/).filter(({ headers }) => headers.accept !== "text/event-stream");
const ownStreams = ({ fake }: Served) =>
  fake.requests.filter(
    ({ path, headers }) => path.startsWith("/v1/tasks") && headers.accept?.startsWith("text/event-stream"),
  );

/** Runs of which each log is seen once and in order. */
function startRuns(
  server: Pick<Served, "client" | "fake">,
  count: number,
  seen: Set<string>,
  { signal, logged = [] }: { signal?: AbortSignal; logged?: number[] } = {},
) {
  return Array.from({ length: count }, async () => {
    const ids: number[] = [];
    const { taskId, result, logs } = await server.client.tasks.run(block, {
      ...(signal && { signal }),
      onProgress: ({ id, status }) => void (status === "running" && seen.add(id)),
      onLog({ id }) {
        ids.push(id);
        logged.push(id);
      },
    });
    expect(ids).toEqual(server.fake.tasks.get(taskId)?.logs.map(({ id }) => id));
    expect(logs.map(({ id }) => id)).toEqual(ids);
    expect(result).toEqual({ id: taskId });
  });
}

describe("a client with many runs", () => {
  test("has one stream for all but the first three, which takes one request beyond the creations", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const runs = startRuns(server, 100, seen);
    await running(server, seen, 100);
    server.finishAll();
    await Promise.all(runs);
    expect(server.fake.requestsTo("POST", /tasks$/)).toHaveLength(100);
    expect([ownStreams(server).length, opened(server).length, changed(server).length]).toEqual([3, 1, 0]);
    expect(server.fake.requests).toHaveLength(102);
    await expect.poll(() => server.requestsInFlight()).toBe(0);
  });

  test("that does not know the server yet tells it of its tasks together", async () => {
    await using served = await serve({ extensions, onTask: (task) => void task.setStatus("running") });
    const seen = new Set<string>();
    const runs = startRuns(served, 80, seen);
    await running(served, seen, 80);
    for (const task of served.fake.tasks.values()) task.progress(50).complete({ id: task.id });
    await Promise.all(runs);
    // As many as it takes seconds to make them, but far from one for each.
    expect(served.fake.requests.length - 80).toBeLessThan(40);
  });

  test("continues each after its last log when the stream breaks, nearly all by one request", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const logged: number[] = [];
    const runs = startRuns(server, 30, seen, { logged });
    await running(server, seen, 30);
    for (const task of server.fake.tasks.values()) task.log("BlockLog", { log: "before" });
    await expect.poll(() => logged.length).toBe(30);
    server.cutConnections();
    for (const task of server.fake.tasks.values()) task.log("BlockLog", { log: "meanwhile" });
    const cursor = () => {
      const told = [...opened(server).slice(1), ...changed(server)];
      return Object.assign({}, ...told.map(({ body }) => JSON.parse(body ?? "{}").tasks));
    };
    // Three have streams of their own again.
    await expect.poll(() => Object.values(cursor()).length, { timeout: 10_000 }).toBe(27);
    expect(new Set(Object.values(cursor()))).toEqual(new Set([1]));
    server.finishAll();
    await Promise.all(runs);
    expect(server.fake.requests.length).toBeLessThan(31 + 20);
  });

  test("needs no more than today while they are few", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const runs = startRuns(server, 3, seen);
    await running(server, seen, 3);
    server.finishAll();
    await Promise.all(runs);
    expect(server.fake.requests).toHaveLength(4);
  });

  test("has a stream for each where the server has no other", async () => {
    await using server = await serveKnown(["events", "wait", "after", "idempotency"]);
    const seen = new Set<string>();
    const runs = startRuns(server, 10, seen);
    await running(server, seen, 10);
    server.finishAll();
    await Promise.all(runs);
    expect([ownStreams(server).length, opened(server).length]).toEqual([10, 0]);
  });

  test.each([
    { kind: "status", status: 404 },
    { kind: "status", status: 502 },
    { kind: "html" },
    { kind: "reset" },
  ] as const)("falls back to a stream for each where $kind $status strikes the shared one", async (fault) => {
    await using server = await serveKnown();
    server.fake.inject(fault, { method: "POST", path: /events/, times: Number.POSITIVE_INFINITY });
    for (const round of [1, 2, 3]) {
      const seen = new Set<string>();
      const runs = startRuns(server, 6, seen);
      await expect.poll(() => seen.size, { timeout: 10_000 }).toBe(6);
      server.finishAll();
      await Promise.all(runs);
      expect(ownStreams(server)).toHaveLength(6 * round);
    }
    // After two that were spoiled it is not asked for any more.
    expect(opened(server).length).toBeLessThanOrEqual(3);
  });

  test("leaves the stream with an abort: of one, the others go on; of the last, the request ends", async () => {
    await using server = await serveKnown();
    const [first, second] = [new AbortController(), new AbortController()];
    const seen = new Set<string>();
    const runs = [first, second].flatMap(({ signal }) => startRuns(server, 5, seen, { signal }));
    await running(server, seen, 10);
    const settled = Promise.allSettled(runs);
    first.abort(new Error("enough"));
    await expect.poll(() => changed(server).length).toBe(1);
    expect(JSON.parse(changed(server)[0]?.body ?? "").leave).toHaveLength(2);
    second.abort(new Error("enough"));
    const outcomes = await settled;
    expect(outcomes.map((one) => one.status === "rejected" && one.reason.message)).toEqual(
      Array.from({ length: 10 }, () => "enough"),
    );
    await expect.poll(() => server.requestsInFlight()).toBe(0);
  });

  test("gives one whose reader is slow a stream of its own, and the others go on", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const runs = startRuns(server, 5, seen);
    await running(server, seen, 5);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const ids: number[] = [];
    const slow = server.client.tasks.run(block, {
      onLog: async ({ id }) => {
        ids.push(id);
        await held;
      },
    });
    await expect.poll(() => server.fake.tasks.size).toBe(6);
    const [task] = [...server.fake.tasks.values()].slice(-1);
    const line = "x".repeat(10_000);
    for (let count = 0; count < 60; count += 1) task?.log("BlockLog", { log: line });
    await expect.poll(() => changed(server).length).toBe(1);
    expect(JSON.parse(changed(server)[0]?.body ?? "").leave).toEqual([task?.id]);
    server.finishAll();
    await Promise.all(runs);
    expect(ids).toEqual([1]);
    goOn();
    expect((await slow).result).toEqual({ id: task?.id });
    expect(ids).toEqual(task?.logs.map(({ id }) => id));
    expect(ownStreams(server).at(-1)?.path).toBe(`/v1/tasks/${task?.id}`);
  });

  test("follows a task with headers of its own, or followed already, on a stream of its own", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const runs = startRuns(server, 4, seen);
    await running(server, seen, 4);
    const [shared = ""] = [...server.fake.tasks.keys()].slice(-1);
    const again = server.client.tasks.attach(shared).result();
    const other = server.client.tasks.run(block, { headers: { "x-caller": "other" } });
    await expect.poll(() => ownStreams(server).length).toBe(5);
    server.finishAll();
    await Promise.all([...runs, again, other]);
    expect(opened(server)).toHaveLength(1);
  });

  test("hears of a task that is not there what a request about it alone would", async () => {
    await using server = await serveKnown();
    const seen = new Set<string>();
    const runs = startRuns(server, 4, seen);
    await running(server, seen, 4);
    await expect(server.client.tasks.attach("task-9").result()).rejects.toMatchObject({ status: 404 });
    server.finishAll();
    await Promise.all(runs);
  });

  test("has a task join once more of which the server says nothing", async () => {
    await using server = await serveKnown();
    const client = new OomolConnectClient({
      baseUrl: server.baseUrl,
      clock: tenTimesAsFast,
      // What one process of a cluster tells another was lost, once.
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers);
        if (!isLost && headers.has("connect-events")) {
          isLost = true;
          headers.delete("connect-events");
        }
        return fetch(input, { ...init, headers });
      },
    });
    let isLost = false;
    await client.tasks.list();
    const seen = new Set<string>();
    const runs = startRuns({ client, fake: server.fake }, 6, seen);
    await running(server, seen, 6);
    // Others say something from time to time.
    const talking = setInterval(() => {
      for (const task of server.fake.tasks.values()) task.log("BlockLog", { log: "x" });
    }, 50);
    const joined = () => changed(server).flatMap(({ body }) => Object.values(JSON.parse(body ?? "{}").tasks));
    await expect.poll(joined, { timeout: 10_000 }).toEqual([-1]);
    clearInterval(talking);
    server.finishAll();
    await Promise.all(runs);
  });
});

const tenTimesAsFast: Clock = {
  now: () => performance.now() * 10,
  delay: (ms, signal) => systemClock.delay(ms / 10, signal),
};

test("a client whose server is gone ends its waits by their deadline", async () => {
  const server = await serveKnown();
  const client = new OomolConnectClient({ baseUrl: server.baseUrl });
  await client.tasks.list();
  const runs = Array.from({ length: 6 }, () => client.tasks.run(block, { timeoutMs: 2_000 }));
  const settled = Promise.allSettled(runs);
  await expect.poll(() => server.fake.tasks.size).toBe(6);
  await server[Symbol.asyncDispose]();
  const reasons = (await settled).map((one) => one.status === "rejected" && one.reason);
  expect(reasons.every((reason) => reason instanceof TimeoutError)).toBe(true);
});
