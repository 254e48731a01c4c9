import { createFetchTransport, OomolConnectClient, type TaskEvent } from "@oomol/connect-core";
import type { FakeTask, Fault } from "@oomol/connect-core/testing";
import { describe, expect, test } from "vitest";
import { systemClock } from "../src/waiting/delay.ts";
import { type Served, serve } from "./helpers/serve.ts";

const block = { blockId: "pkg::echo" };
const extensionSets = [[], ["after"], ["wait"], ["events", "after", "wait"]] as const;

describe.each(extensionSets.map((extensions) => ({ extensions })))(
  "towards a server with $extensions",
  ({ extensions }) => {
    const serveRunning = () => serve({ extensions, onTask: (task) => task.setStatus("running") });

    test("events come typed, in order, and end with the task", async () => {
      await using server = await serveRunning();
      const run = await server.client.tasks.start(block);
      const task = taskOf(server);
      task.progress(10).log("BlockPreview", { payload: { type: "text", data: "hi" } });
      task.log("BlockOutput", { handle: "a", output: 1 }).log("BlockOutputs", { outputs: { b: 2, c: 3 } });
      task.log("BlockWarning", { warning: "careful" }).complete({ a: 1 });
      const events = await collect(run);
      expect(events.filter((event) => event.type !== "log").map(brief)).toEqual([
        "status running",
        "progress 10",
        "preview text",
        "output a",
        "output b",
        "output c",
        "warning careful",
        "output a",
        "status completed",
      ]);
      expect(events.filter((event) => event.type === "log").map((event) => event.log.id)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    });

    test("the reason why a task waits is told, and so is each new one", async () => {
      await using server = await serve({ extensions, onTask: (task) => task.waitFor("no worker") });
      const run = await server.client.tasks.start(block);
      const seen: string[] = [];
      for await (const event of run) {
        if (event.type !== "status") continue;
        const { pending_reason: reason } = event.task;
        seen.push(`${event.status}: ${reason}`);
        if (reason === "no worker") taskOf(server).waitFor("no worker yet");
        if (reason === "no worker yet") taskOf(server).complete();
      }
      expect(seen).toEqual(["pending: no worker", "pending: no worker yet", "completed: undefined"]);
    });

    test("many readers share one loop, a late one sees everything", async () => {
      await using server = await serveRunning();
      const run = await server.client.tasks.start(block);
      const readers = Promise.all([collect(run), collect(run), run.result()]);
      taskOf(server).log("BlockLog", { log: "x" }).complete({ done: true });
      const [first, second, result] = await readers;
      const late = await collect(run);
      expect(second).toEqual(first);
      expect(late).toEqual(first);
      expect(result.result).toEqual({ done: true });
      expect(server.fake.requestsTo("GET", /logs/).length).toBeLessThanOrEqual(3);
    });

    test("an iterator that is left early leaves nothing running", async () => {
      await using server = await serveRunning();
      const run = await server.client.tasks.start(block);
      for await (const event of run) if (event.type === "status") break;
      await expect.poll(() => server.requestsInFlight()).toBe(0);
      const before = server.fake.requests.length;
      taskOf(server).complete({ later: 1 });
      expect((await run.result()).result).toEqual({ later: 1 });
      expect(server.fake.requests.length).toBeGreaterThan(before);
    });

    test("the result and the events are whole after a wait for the end alone", async () => {
      await using server = await serveRunning();
      const run = await server.client.tasks.start(block);
      taskOf(server).progress(10).complete({ a: 1 });
      expect((await run.completion()).status).toBe("completed");
      expect(server.fake.requestsTo("GET", /logs/)).toEqual([]);
      const { result, logs } = await run.result();
      expect(result).toEqual({ a: 1 });
      expect(logs.map((log) => log.id)).toEqual([1, 2]);
      expect((await collect(run)).map(brief)).toEqual([
        "status running",
        "log",
        "progress 10",
        "log",
        "output a",
        "status completed",
      ]);
    });

    test("a result asked for during the last look of a wait without logs is whole", async () => {
      await using server = await serveRunning();
      let result: Promise<unknown> | undefined;
      const onProgress = ({ status }: { status: string }) => {
        if (status === "completed") result ??= run.result().then((outcome) => outcome.result);
      };
      const run = await server.client.tasks.start(block, { onProgress });
      taskOf(server).complete({ a: 1 });
      await run.completion();
      expect(await result).toEqual({ a: 1 });
    });

    test("a running task is seen to end soon after it does", async () => {
      await using server = await serveRunning();
      const run = await server.client.tasks.start(block);
      const result = run.result();
      await expect.poll(() => server.fake.requestsTo("GET", /./).length).toBeGreaterThan(0);
      taskOf(server).complete({ late: true });
      expect((await result).result).toEqual({ late: true });
    });
  },
);

test("a server that holds answers is asked once", async () => {
  await using server = await serve({ extensions: ["wait"], onTask: (task) => task.setStatus("running") });
  const { task } = await server.client.tasks.create(block);
  server.fake.requests.length = 0;
  const run = server.client.tasks.attach(task.id);
  run.result().catch(() => undefined);
  const done = server.client.tasks.createAndWait(block);
  await expect.poll(() => server.fake.requestsTo("GET", /task-2/).length).toBe(1);
  server.fake.tasks.get("task-2")?.complete();
  await done;
  const asked = server.fake.requestsTo("GET", /task-2/);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.headers.prefer).toBe("wait=60");
  await run.stop();
});

test("one stream carries status and logs, and is resumed where it broke", async () => {
  await using server = await serve({ extensions: ["events"], onTask: (task) => task.setStatus("running") });
  const run = await server.client.tasks.start(block);
  const events = collect(run);
  taskOf(server).log("BlockLog", { log: "a" });
  await expect.poll(() => run.task?.status).toBe("running");
  server.cutConnections();
  taskOf(server).complete({ a: 1 });
  expect((await events).filter((event) => event.type === "log")).toHaveLength(2);
  expect((await run.result()).result).toEqual({ a: 1 });
  expect(server.fake.requestsTo("GET", /logs/)).toEqual([]);
});

describe("where a gateway spoils the event streams that the server announced, the task is looked at", () => {
  /** What the gateway makes of a request for events. */
  type Gateway = (url: string, init: RequestInit) => Promise<Response>;
  const gateways: Record<string, Gateway> = {
    "it asks for JSON": (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, accept: "application/json" } }),
    "it holds everything back until the end": async (url, init) => {
      const response = await fetch(url, init);
      return new Response(await response.text(), response);
    },
    "it lets the head through, and no event": async (url, init) => {
      const { headers } = await fetch(url, init);
      return new Response(new ReadableStream(), { headers });
    },
  };

  test.each(Object.entries(gateways))("%s", async (_, gateway) => {
    const clock = {
      now: systemClock.now,
      // The time in which a stream must prove itself passes quickly.
      delay: (durationMs: number, signal?: AbortSignal) =>
        systemClock.delay(durationMs === 3_000 ? 50 : durationMs, signal),
    };
    const throughGateway = (input: unknown, init: RequestInit = {}) =>
      new Headers(init.headers).get("accept") === "text/event-stream"
        ? gateway(String(input), init)
        : fetch(String(input), init);
    await using server = await serve(
      { extensions: ["events", "after", "wait"], onTask: (task) => task.setStatus("running") },
      { fetch: throughGateway as typeof fetch, timeoutMs: 200, clock, random: () => 0 },
    );
    await server.client.tasks.list(); // it knows what the server announces
    // Made with patience: only what the gateway holds back is to run out of time, however busy the machine is.
    const { task } = await new OomolConnectClient({ baseUrl: server.baseUrl }).tasks.create(block);
    const result = server.client.tasks.attach(task.id).result();
    await expect.poll(() => server.fake.requestsTo("GET", /logs/).length).toBeGreaterThan(0);
    taskOf(server).complete({ looked: true });
    expect((await result).result).toEqual({ looked: true });
  });

  test.each<Fault>([
    { kind: "status", status: 504 },
    { kind: "status", status: 403 },
    { kind: "reset" },
    { kind: "html" },
  ])("it strikes each stream: $kind $status", async (fault) => {
    const warnings: string[] = [];
    const hooks = { onWarning: (message: string) => void warnings.push(message) };
    await using server = await serve(
      { extensions: ["events", "after"], onTask: (task) => task.setStatus("running") },
      { random: () => 0, hooks },
    );
    await server.client.tasks.list();
    const { task } = await server.client.tasks.create(block);
    const isStream = ({ headers }: { headers: Record<string, string> }) =>
      headers.accept === "text/event-stream";
    const { handle } = server.fake;
    server.fake.handle = async (request) => {
      if (request.headers.get("accept") === "text/event-stream")
        server.fake.inject(fault, { method: "GET", path: /task-1$/ });
      return handle.call(server.fake, request);
    };
    const result = server.client.tasks.attach(task.id).result();
    await expect.poll(() => server.fake.requestsTo("GET", /task-1$/).length).toBeGreaterThan(5);
    taskOf(server).complete({ looked: true });
    expect((await result).result).toEqual({ looked: true });
    expect(server.fake.requests.filter(isStream)).toHaveLength(2);
    expect(warnings).toEqual([
      expect.stringMatching(/^Streams of events do not come through, so this client polls: /),
    ]);
  });
});

test("only new logs travel where the server announces `after`", async () => {
  await using server = await serve({
    extensions: ["after"],
    onTask: (task) => task.setStatus("running").log("A", {}),
  });
  const onLog = () =>
    void (server.fake.tasks.get("task-1")?.isDone || taskOf(server).log("B", {}).complete());
  const { logs } = await server.client.tasks.run(block, { intervalMs: 5, onLog });
  expect(logs.map((log) => log.type)).toEqual(["A", "B", "BlockFinished"]);
  expect(server.fake.requestsTo("GET", /logs/).map((request) => request.path)).toEqual([
    "/v1/tasks/task-1/logs",
    "/v1/tasks/task-1/logs?after=1",
  ]);
});

test("no more answers are held at once than the transport has connections for", async () => {
  const transport = { ...createFetchTransport(), heldRequestLimit: 2 };
  await using server = await serve(
    { extensions: ["wait"], onTask: (task) => task.setStatus("running") },
    { transport },
  );
  await server.client.tasks.list();
  const runs = [1, 2, 3, 4].map(() => server.client.tasks.createAndWait(block));
  // Those that may not hold look again and again.
  await expect.poll(() => server.fake.requestsTo("GET", /task-/).length).toBeGreaterThan(6);
  expect(server.fake.requestsTo("GET", /task-/).filter((request) => request.headers.prefer)).toHaveLength(2);
  for (const task of server.fake.tasks.values()) task.complete();
  await Promise.all(runs);
});

test("attach costs no request, and takes what toJSON gave", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  const run = await server.client.tasks.start(block);
  const kept = JSON.stringify(run);
  server.fake.requests.length = 0;
  const again = server.client.tasks.attach(JSON.parse(kept));
  expect(again.id).toBe(run.id);
  expect(server.fake.requests).toEqual([]);
  taskOf(server).complete({ found: true });
  expect((await again.result()).result).toEqual({ found: true });
});

test("leaving `await using` stops the task where asked, and only there", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  {
    await using kept = await server.client.tasks.start(block);
    await using stopped = await server.client.tasks.start(block, { stopOnDispose: true });
    expect([kept.id, stopped.id]).toEqual(["task-1", "task-2"]);
  }
  expect([...server.fake.tasks.values()].map((task) => task.status)).toEqual(["running", "stopped"]);
});

function taskOf(server: Served): FakeTask {
  const task = server.fake.tasks.get("task-1");
  if (!task) throw new Error("no task was created");
  return task;
}

async function collect(run: AsyncIterable<TaskEvent>): Promise<TaskEvent[]> {
  const events: TaskEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

function brief(event: TaskEvent): string {
  if (event.type === "status") return `status ${event.status}`;
  if (event.type === "progress") return `progress ${event.progress}`;
  if (event.type === "preview") return `preview ${event.preview.type}`;
  if (event.type === "output") return `output ${event.handle}`;
  return event.type === "warning" ? `warning ${event.message}` : "log";
}
