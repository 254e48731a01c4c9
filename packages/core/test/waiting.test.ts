import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  BackoffStrategy,
  createFetchTransport,
  OomolConnectClient,
  TaskFailedError,
  TaskStoppedError,
  TimeoutError,
  type TransportRequest,
} from "@oomol/connect-core";
import type { FakeConnectServer } from "@oomol/connect-core/testing";
import { describe, expect, test } from "vitest";
import { clockAfter } from "./helpers/clock-after.ts";
import { serve } from "./helpers/serve.ts";

const block = { blockId: "audio-lab::text-to-audio", inputValues: { text: "Hello" } };
const quick = { intervalMs: 5, backoffStrategy: BackoffStrategy.Fixed };

test("runs a task and reads its result, logs and final state", async () => {
  await using server = await serve({
    onTask: (task) => task.progress(50).complete({ audio_address: "/a.wav" }),
  });
  const run = await server.client.tasks.run(block);
  expect(run).toMatchObject({
    taskId: "task-1",
    task: { status: "completed" },
    result: { audio_address: "/a.wav" },
  });
  expect(run.logs.map((log) => log.id)).toEqual([1, 2]);
});

test("gives the result of the outermost block, and all by node id", async () => {
  await using server = await serve({
    onTask: (task) => {
      const inFlow = [{ flow: "f", flow_job_id: "j", node_id: "inner" }];
      task.log("BlockFinished", { result: { inner: 1 }, stacks: inFlow }, "inner");
      task.log("BlockFinished", { result: { outer: 1 }, stacks: [] }, "flow");
      task.log("BlockFinished", { result: { late: 1 }, stacks: inFlow }, "late").setStatus("completed");
    },
  });
  const { result, results } = await server.client.tasks.run(block);
  expect(result).toEqual({ outer: 1 });
  expect({ ...results }).toEqual({ inner: { inner: 1 }, flow: { outer: 1 }, late: { late: 1 } });
});

test("delivers every log once, in order, the first and the last ones too", async () => {
  await using server = await serve({
    onTask: (task) => {
      task.setStatus("running").log("BlockLog", { log: "first" });
    },
  });
  const seen: number[] = [];
  const onLog = (log: { id: number }) => {
    seen.push(log.id);
    const task = server.fake.tasks.get("task-1");
    if (seen.length < 5) task?.log("BlockLog", { log: "more" });
    // Written after this look, before the next one sees the end.
    else if (!task?.isDone) task?.log("BlockLog", { log: "last" }).complete();
  };
  const { logs } = await server.client.tasks.run(block, { ...quick, onLog });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(logs.map((log) => log.id)).toEqual(seen);
});

test("tells a failure with the reason and the node from the logs", async () => {
  await using server = await serve({
    onTask: (task) => {
      task.log("BlockLog", { log: "about to fail" });
      task.log("BlockFinished", { error: "no such voice", stacks: [] }, "speak").setStatus("failed");
    },
  });
  const failure = await server.client.tasks
    .waitForCompletion((await server.client.tasks.create(block)).task.id)
    .catch(keep);
  expect(failure).toBeInstanceOf(TaskFailedError);
  expect(failure).toMatchObject({
    taskId: "task-1",
    reason: "no such voice",
    nodeId: "speak",
    code: "task_failed",
  });
  expect(String(failure)).toBe("TaskFailedError: Task task-1 failed at node speak: no such voice");
});

test("tells a stopped task from a failed one", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  const run = await server.client.tasks.start(block);
  const result = run.result().catch(keep);
  await run.stop();
  expect(await result).toBeInstanceOf(TaskStoppedError);
});

test("an unknown status counts as running, and is said once", async () => {
  const warnings: string[] = [];
  await using server = await serve(
    { onTask: (task) => task.setStatus("hibernating") },
    { hooks: { onWarning: (message) => warnings.push(message) } },
  );
  let looks = 0;
  const onProgress = () => {
    looks += 1;
    if (looks === 4) server.fake.tasks.get("task-1")?.complete();
  };
  await server.client.tasks.run(block, { ...quick, onProgress });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('"hibernating"');
});

describe("trouble while waiting does not end the wait", () => {
  test.each([
    ["a reset connection", { kind: "reset" }],
    ["408", { kind: "status", status: 408 }],
    ["429", { kind: "status", status: 429, headers: { "retry-after": "0" } }],
    ["500", { kind: "status", status: 500 }],
    ["an HTML page", { kind: "html" }],
    ["half a JSON", { kind: "truncated" }],
  ] as const)("%s", async (_, fault) => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    server.fake.inject(fault, { method: "GET", times: 2 });
    const finished = server.client.tasks.run(block, {
      ...quick,
      onProgress: () => void server.fake.tasks.get("task-1")?.complete({ ok: true }),
    });
    expect((await finished).result).toEqual({ ok: true });
  });

  test("until so many looks in a row have failed", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    server.fake.inject(
      { kind: "status", status: 503, headers: { "retry-after": "0" } },
      { method: "GET", times: 9 },
    );
    await expect(server.client.tasks.run(block, { ...quick, maxFailures: 3 })).rejects.toMatchObject({
      status: 503,
    });
    expect(server.fake.requestsTo("GET", /tasks/)).toHaveLength(3);
  });

  test.each([400, 401, 403, 404])("but %i ends it at once", async (status) => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    server.fake.inject({ kind: "status", status }, { method: "GET", times: 9 });
    await expect(server.client.tasks.run(block)).rejects.toMatchObject({ name: "ApiError", status });
    expect(server.fake.requestsTo("GET", /tasks/)).toHaveLength(1);
  });
});

test("the logs of a failed task may be out of reach: it still failed", async () => {
  await using server = await serve({ onTask: (task) => task.fail("deep trouble") });
  server.fake.inject({ kind: "status", status: 403 }, { path: /logs/, times: 99 });
  await expect(server.client.tasks.run(block)).rejects.toMatchObject({
    name: "TaskFailedError",
    reason: undefined,
  });
});

describe("abort", () => {
  const reason = new Error("the user left");

  test("already done: nothing is sent", async () => {
    await using server = await serve();
    await expect(server.client.tasks.run(block, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.fake.requests).toEqual([]);
  });

  test("while the creation hangs: its request is cancelled", async () => {
    await using server = await serve();
    server.fake.inject({ kind: "hang" }, { method: "POST" });
    const abort = new AbortController();
    const run = server.client.tasks.run(block, { signal: abort.signal }).catch(keep);
    await expect.poll(() => server.fake.requests.length).toBe(1);
    abort.abort(reason);
    expect(await run).toBe(reason);
    await server.requestAborted();
  });

  test("while a look hangs: its request is cancelled", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    server.fake.inject({ kind: "hang" }, { method: "GET" });
    const abort = new AbortController();
    const run = server.client.tasks.run(block, { signal: abort.signal }).catch(keep);
    await expect.poll(() => server.fake.requestsTo("GET", /./).length).toBe(1);
    abort.abort(reason);
    expect(await run).toBe(reason);
    await server.requestAborted();
  });

  test.each([false, true])(
    "while a file is on its way: its connection is closed, and the file (stopOnAbort: %s)",
    async (stopOnAbort) => {
      await using server = await serve();
      const abort = new AbortController();
      let closeFile: () => void = () => undefined;
      const fileClosed = new Promise<void>((resolve) => {
        closeFile = resolve;
      });
      const open = () =>
        new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          cancel: closeFile,
        });
      const file = {
        field: "files",
        name: "endless",
        type: "a/b",
        sizeBytes: undefined,
        isRepeatable: false,
        open,
      };
      const client = new OomolConnectClient<string>({ baseUrl: server.baseUrl }, () => file);
      // Far enough that the server has seen the beginning.
      const onUploadProgress = ({ loaded }: { loaded: number }) =>
        void (loaded > 8_000_000 && abort.abort(reason));
      const options = { signal: abort.signal, stopOnAbort, onUploadProgress };
      await expect(client.tasks.runWithFiles("a::b", {}, "endless", options)).rejects.toBe(reason);
      await Promise.all([server.requestAborted(), fileClosed]);
    },
  );

  test("while it backs off after a failed look", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    server.fake.inject({ kind: "status", status: 503, headers: { "retry-after": "600" } }, { method: "GET" });
    const abort = new AbortController();
    const run = server.client.tasks.run(block, { signal: abort.signal }).catch(keep);
    await expect
      .poll(() => server.requestsInFlight() === 0 && server.fake.requestsTo("GET", /./).length)
      .toBe(1);
    abort.abort(reason);
    expect(await run).toBe(reason);
    expect(listeners(abort.signal)).toBe(0);
  });

  test("while the last logs are fetched", async () => {
    await using server = await serve();
    server.fake.inject({ kind: "hang" }, { path: /logs/ });
    const abort = new AbortController();
    const run = server.client.tasks.run(block, { signal: abort.signal }).catch(keep);
    await expect.poll(() => server.fake.requestsTo("GET", /logs/).length).toBe(1);
    abort.abort(reason);
    expect(await run).toBe(reason);
    await server.requestAborted();
  });

  test.each([false, true])("between a creation's attempts (stopOnAbort: %s)", async (stopOnAbort) => {
    await using server = await serve();
    server.fake.inject({ kind: "status", status: 429, headers: { "retry-after": "20" } }, { method: "POST" });
    const abort = new AbortController();
    const run = server.client.tasks.run(block, { signal: abort.signal, stopOnAbort }).catch(keep);
    await expect.poll(() => server.requestsInFlight() === 0 && server.fake.requests.length).toBe(1);
    abort.abort(reason);
    expect(await run).toBe(reason);
    await server.client.close();
    expect(server.fake.requests).toHaveLength(1);
  });

  test("while it sleeps, with nothing left behind", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    const abort = new AbortController();
    const onProgress = () => queueMicrotask(() => abort.abort(reason));
    await expect(
      server.client.tasks.run(block, { signal: abort.signal, intervalMs: 60_000, onProgress }),
    ).rejects.toBe(reason);
    expect(listeners(abort.signal)).toBe(0);
  });
});

describe("stopOnAbort also stops the task on the server", () => {
  const reason = new Error("the user left");
  const statuses = (fake: FakeConnectServer) => [...fake.tasks.values()].map((task) => task.status);

  test("while a run is awaited", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    const abort = new AbortController();
    const onProgress = () => abort.abort(reason);
    const options = { ...quick, signal: abort.signal, stopOnAbort: true, onProgress };
    await expect(server.client.tasks.run(block, options)).rejects.toBe(reason);
    await server.client.close();
    expect(statuses(server.fake)).toEqual(["stopped"]);
  });

  test.each(["awaited", "read", "left alone"] as const)("while a started run is %s", async (use) => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    const abort = new AbortController();
    const run = await server.client.tasks.start(block, { signal: abort.signal, stopOnAbort: true });
    const uses = {
      awaited: () => run.result(),
      read: () => readToEnd(run),
      "left alone": () => Promise.reject(reason),
    };
    const ended = uses[use]();
    abort.abort(reason);
    await expect(ended).rejects.toBe(reason);
    await server.client.close();
    expect(statuses(server.fake)).toEqual(["stopped"]);
    expect(server.fake.requestsTo("POST", /stop/)).toHaveLength(1);
  });

  test("whose creation is in flight, and was not answered yet", async () => {
    const abort = new AbortController();
    await using server = await serve({
      onTask: (task) => {
        task.setStatus("running");
        abort.abort(reason);
      },
    });
    const options = { signal: abort.signal, stopOnAbort: true };
    await expect(server.client.tasks.run(block, options)).rejects.toBe(reason);
    await server.client.close();
    expect(statuses(server.fake)).toEqual(["stopped"]);
  });

  test("whose creation is answered after the time for the whole is over", async () => {
    await using server = await serve({ onTask: (task) => task.setStatus("running") });
    const { promise: late, resolve: answer } = Promise.withResolvers<void>();
    const fetch = createFetchTransport();
    const transport = {
      async send(request: TransportRequest) {
        const response = await fetch.send(request);
        await late;
        return response;
      },
    };
    const client = new OomolConnectClient({ baseUrl: server.baseUrl, transport });
    const options = { timeoutMs: 50, stopOnAbort: true };
    await expect(client.tasks.run(block, options)).rejects.toBeInstanceOf(TimeoutError);
    answer();
    await client.close();
    expect(statuses(server.fake)).toEqual(["stopped"]);
  });

  test("with the headers of the call, as `stop` of its run does", async () => {
    await using server = await serve({
      apiToken: "api-of-a-user",
      onTask: (task) => task.setStatus("running"),
    });
    const headers = { Authorization: "api-of-a-user" };
    const abort = new AbortController();
    const options = { ...quick, headers, signal: abort.signal, stopOnAbort: true };
    const onProgress = () => abort.abort(reason);
    await expect(server.client.tasks.run(block, { ...options, onProgress })).rejects.toBe(reason);
    const run = await server.client.tasks.start(block, { headers });
    expect((await run.stop()).status).toBe("stopped");
    await server.client.close();
    expect(statuses(server.fake)).toEqual(["stopped", "stopped"]);
  });

  test("but nothing stops once the run has ended, failed or been left", async () => {
    await using server = await serve({
      onTask: (task) => void (task.input("text") === "long" ? task.setStatus("running") : task.complete()),
    });
    const { tasks } = server.client;
    const long = { ...block, inputValues: { text: "long" } };
    const abort = new AbortController();
    const options = { signal: abort.signal, stopOnAbort: true };
    await (await tasks.start(block, options)).completion();
    await expect(tasks.run(long, { ...options, timeoutMs: 200 })).rejects.toBeInstanceOf(TimeoutError);
    {
      await using left = await tasks.start(long, options);
      expect(listeners(abort.signal)).toBe(1);
      expect(left.task?.status).toBe("running");
    }
    expect(listeners(abort.signal)).toBe(0);
    abort.abort(reason);
    await server.client.close();
    expect(server.fake.requestsTo("POST", /stop/)).toEqual([]);
  });
});

test("closing the client lets the stop of an aborted task arrive", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  const abort = new AbortController();
  const { promise: closing, resolve: closeNow } = Promise.withResolvers<void>();
  const transport = {
    ...createFetchTransport(),
    close: async () => void expect(server.fake.tasks.get("task-1")?.status).toBe("stopped"),
  };
  const client = new OomolConnectClient({ baseUrl: server.baseUrl, transport });
  const onProgress = () => {
    abort.abort(new Error("left"));
    closeNow();
  };
  const run = client.tasks.run(block, { signal: abort.signal, stopOnAbort: true, onProgress }).catch(keep);
  await closing;
  await run;
  await client.close();
});

test("a timeout says what was awaited, how long, and the last trouble", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running") });
  server.fake.inject({ kind: "status", status: 502 }, { method: "GET", times: 999 });
  const failure = await server.client.tasks.run(block, { timeoutMs: 300 }).catch(keep);
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(String(failure)).toMatch(
    /Timed out after 300 ms, waiting for task task-1 to end\. The last failure: .*502/,
  );
});

test("a finished run leaves no listener on the caller's signal", async () => {
  await using server = await serve();
  const abort = new AbortController();
  await server.client.tasks.run(block, { signal: abort.signal, timeoutMs: 60_000 });
  expect(listeners(abort.signal)).toBe(0);
});

test.each(["finish", "abort", "timeout", "leave"])(
  "nothing keeps the process alive after: %s",
  async (ending) => {
    await using server = await serve({
      onTask: (task) => (ending === "finish" ? task.complete() : task.setStatus("running")),
    });
    const program = fileURLToPath(new URL("./helpers/run-and-end.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=@oomol/source", program, server.baseUrl, ending]);
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  },
);

test("a timeout covers the creation too", async () => {
  await using server = await serve();
  server.fake.inject({ kind: "hang" }, { method: "POST" });
  await expect(server.client.tasks.run(block, { timeoutMs: 50 })).rejects.toThrow(
    "Timed out after 50 ms, waiting for the task to be created",
  );
});

test("what a callback throws ends the wait, as it is", async () => {
  await using server = await serve({ onTask: (task) => task.setStatus("running").log("BlockLog", {}) });
  const mistake = new Error("a mistake of the caller");
  const onLog = () => Promise.reject(mistake);
  await expect(server.client.tasks.run(block, { onLog })).rejects.toBe(mistake);
});

describe.each([[[]], [["events"]]] as const)("towards a server with %j", (extensions) => {
  test.each(["aborted", "out of time"])("a wait that is %s calls nobody any more", async (ending) => {
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    await using server = await serve(
      { extensions, onTask: (task) => task.setStatus("running").log("A").log("B").log("C") },
      { clock: clockAfter(() => heard) },
    );
    const abort = new AbortController();
    const reason = new Error("enough");
    const { promise: late, resolve: goOn } = Promise.withResolvers<void>();
    const calls: unknown[] = [];
    const onLog = async (log: { type: string }) => {
      calls.push(log.type);
      if (log.type !== "B") return;
      hear();
      if (ending === "aborted") abort.abort(reason);
      await late;
    };
    const onProgress = (task: { status: string }) => void calls.push(task.status);
    const options = {
      onLog,
      onProgress,
      signal: abort.signal,
      timeoutMs: ending === "aborted" ? 60_000 : 200,
    };
    const failure = await server.client.tasks.run(block, options).catch(keep);
    if (ending === "aborted") expect(failure).toBe(reason);
    else expect(failure).toBeInstanceOf(TimeoutError);
    goOn();
    // Whatever the callback's end lets go on has gone on by then.
    await new Promise(setImmediate);
    expect(calls).toEqual(["A", "B"]);
  });
});

test("explicit options give exactly the documented pauses", async () => {
  const pauses: number[] = [];
  const clock = { now: () => 0, delay: async (durationMs: number) => void pauses.push(durationMs) };
  await using server = await serve({ onTask: (task) => task.setStatus("running") }, { clock });
  let looks = 0;
  const onProgress = () => {
    looks += 1;
    if (looks === 7) server.fake.tasks.get("task-1")?.complete();
  };
  await server.client.tasks.run(block, { intervalMs: 2_000, onProgress });
  expect(pauses).toEqual([2_000, 3_000, 4_500, 6_750, 10_000, 10_000, 10_000]);
});

test.each(["0", "Wed, 21 Oct 2015 07:28:00 GMT"])(
  "Retry-After: %s, with every look, is no reason to ask without pause",
  async (value) => {
    const pauses: number[] = [];
    const clock = { now: () => 0, delay: async (durationMs: number) => void pauses.push(durationMs) };
    await using server = await serve({}, { clock, random: () => 0 });
    const busy = { kind: "status", status: 503, headers: { "retry-after": value } } as const;
    server.fake.inject(busy, { method: "GET", times: 3 });
    await server.client.tasks.run(block);
    expect(pauses).toEqual([100, 100, 100]);
  },
);

test("Retry-After on an answer is waited for, up to five minutes", async () => {
  const pauses: number[] = [];
  const clock = { now: () => 0, delay: async (durationMs: number) => void pauses.push(durationMs) };
  await using server = await serve({ onTask: (task) => task.setStatus("running") }, { clock });
  for (const value of ["7", "86400"]) {
    server.fake.inject({ kind: "status", status: 503, headers: { "retry-after": value } }, { method: "GET" });
  }
  const onProgress = () => void server.fake.tasks.get("task-1")?.complete();
  await server.client.tasks.run(block, { onProgress });
  expect(pauses.slice(0, 2)).toEqual([7_000, 300_000]);
});

function keep(failure: unknown): unknown {
  return failure;
}

async function readToEnd(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

/** Listeners that a signal still has; each would keep a finished wait in memory. */
function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}
