import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { pino } from "pino";
import { describe, expect, test, vi } from "vitest";
import type { Engine, SessionRequest } from "../src/engine/engine.ts";
import { createLocalFiles } from "../src/files/local-files.ts";
import { createQueue } from "../src/tasks/queue.ts";
import { createRunTask } from "../src/tasks/run-task.ts";
import type { TaskControl } from "../src/tasks/task-runner.ts";
import { backends, catalog, openSqlite, type StoreBackend } from "./store-backends.ts";

/** Runs nothing: says who runs, and ends a session when the test says so or when it is aborted. */
class WatchedEngine implements Engine {
  readonly started: string[] = [];
  running = 0;
  mostAtOnce = 0;
  readonly #ends = new Map<string, () => void>();
  readonly #isInstant: boolean;

  constructor(isInstant = false) {
    this.#isInstant = isInstant;
  }

  async run({ inputs, signal, onStarted, onEvent }: SessionRequest) {
    const { text: name } = inputs.toJSON() as { text: string };
    const session_id = randomUUID();
    this.started.push(name);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    onStarted(session_id);
    void onEvent({ type: "BlockStarted", nodeId: "_", event: { type: "BlockStarted", session_id } });
    await new Promise<void>((resolve) => {
      if (this.#isInstant) setImmediate(resolve);
      this.#ends.set(name, resolve);
      signal.addEventListener("abort", () => resolve());
    });
    this.running -= 1;
    return signal.aborted ? ("aborted" as const) : ("completed" as const);
  }

  end(name: string): void {
    this.#ends.get(name)?.();
  }

  async close(): Promise<void> {}
}

async function create({ store }: StoreBackend, name: string, caller = ""): Promise<string> {
  const task = await store.create({
    id: randomUUID(),
    blockId: "lab::shout",
    packageVersion: "0.2.0",
    inputValues: [],
    inputs: { text: name },
    caller,
  });
  return task?.id ?? "";
}

async function submit(
  backend: StoreBackend,
  control: TaskControl,
  name: string,
  caller = "",
): Promise<string> {
  const id = await create(backend, name, caller);
  await control.submit({ id, caller }, await catalog.find("lab::shout", "0.2.0"));
  return id;
}

const statusOf = async ({ store }: StoreBackend, id: string) => (await store.get(id))?.status;

test("takes up what an earlier run left, and runs once what was submitted before that", async () => {
  await using backend = await openSqlite();
  const engine = new WatchedEngine();
  const left = await create(backend, "left");
  const runner = await backend.startRunner(engine, 3);
  const unfinished = await backend.store.listUnfinished();
  const early = await submit(backend, runner, "early");
  await runner.resume(unfinished);
  for (const name of ["early", "left"]) {
    await expect.poll(() => engine.started).toContain(name);
    engine.end(name);
  }
  for (const id of [left, early]) await expect.poll(() => statusOf(backend, id)).toBe("completed");
  expect(engine.started.toSorted()).toEqual(["early", "left"]);
});

test("what is submitted as it is stored is taken up in that transaction, and runs once", async () => {
  await using backend = await openSqlite();
  const engine = new WatchedEngine();
  const runner = await backend.startRunner(engine, 1);
  const block = await catalog.find("lab::shout", "0.2.0");
  const store = async (name: string, id: string) => {
    const task = {
      id,
      blockId: "lab::shout",
      packageVersion: "0.2.0",
      inputValues: [],
      inputs: { text: name },
    };
    const onStoring = () => void runner.submit({ id, caller: "" }, block);
    const idempotency = { caller: "", key: "same", fingerprint: name };
    return backend.store.create({ ...task, idempotency, onStoring });
  };
  const [taken, refused] = [randomUUID(), randomUUID()];
  await store("first", taken);
  expect(await backend.store.listUnfinished()).toMatchObject([{ id: taken, wasTaken: true }]);
  await runner.submit({ id: taken, caller: "" }, block);
  // There is none for it.
  expect(await store("second", refused)).toBeUndefined();
  await expect.poll(() => engine.started).toEqual(["first"]);
  engine.end("first");
  await expect.poll(() => statusOf(backend, taken)).toBe("completed");
  await runner.close();
  expect(engine.started).toEqual(["first"]);
});

test("a place is left before the end is stored, by no more than there are places", async () => {
  const ends = new Map<string, () => void>();
  const begun: string[] = [];
  const queue = createQueue(2, (id, leavePlace) => {
    begun.push(id);
    leavePlace();
    leavePlace();
    return new Promise((resolve) => ends.set(id, resolve));
  });
  for (const id of ["a", "b", "c", "d", "e", "f"]) queue.push({ id, caller: "" });
  expect(begun).toEqual(["a", "b", "c", "d"]);
  ends.get("a")?.(); // had left its place
  ends.get("d")?.();
  // "e" leaves the place that it got at once, as "a" is gone.
  await expect.poll(() => begun).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("does not run again what was taken before a kill, though nobody had stored yet that it ran", async () => {
  await using backend = await openSqlite();
  const id = await create(backend, "taken");
  const killed = await backend.openAnother();
  await killed.writer.claim([id]);
  const engine = new WatchedEngine();
  const runner = await backend.startRunner(engine, 1);
  await runner.resume(await backend.store.listUnfinished());
  expect(await statusOf(backend, id)).toBe("failed");
  expect(engine.started).toEqual([]);
});

describe.each(Object.entries(backends))("on %s", (_name, open) => {
  test("runs tasks in the order of acceptance, no more at once than it may", async () => {
    await using backend = await open();
    const engine = new WatchedEngine();
    const control = await backend.startRunner(engine, 2);
    const names = ["a", "b", "c", "d", "e"];
    const ids: string[] = [];
    for (const name of names) ids.push(await submit(backend, control, name));
    for (const [index, name] of names.entries()) {
      // Nobody ends before as many run as may.
      await expect.poll(() => engine.running).toBe(Math.min(2, names.length - index));
      engine.end(name);
      await expect.poll(() => statusOf(backend, ids[index] ?? "")).toBe("completed");
    }
    // The first two begin at once.
    expect(engine.started.slice(0, 2).toSorted()).toEqual(["a", "b"]);
    expect(engine.started.slice(2)).toEqual(["c", "d", "e"]);
    expect(engine.mostAtOnce).toBe(2);
  });

  test.each([
    { submitted: "a1 a2 a3 a4 b1 b2 c1", first: "a1", rest: "a2 b1 c1 a3 b2 a4" },
    { submitted: "a1 b1 b2 b3 a2 a3", first: "a1", rest: "b1 a2 b2 a3 b3" },
    { submitted: "a1 a2 a3", first: "a1", rest: "a2 a3" },
  ])("lets callers take turns: $submitted", async ({ submitted, first, rest }) => {
    await using backend = await open();
    const engine = new WatchedEngine();
    const control = await backend.startRunner(engine, 1);
    for (const name of submitted.split(" ")) {
      await submit(backend, control, name, name.slice(0, 1));
      if (name === first) await expect.poll(() => engine.started).toEqual([first]);
    }
    const order = [first, ...rest.split(" ")];
    for (const [index, name] of order.entries()) {
      await expect.poll(() => engine.started).toEqual(order.slice(0, index + 1));
      engine.end(name);
    }
  });

  test("a caller who comes late waits for one task of each other, not for all of them", async () => {
    await using backend = await open();
    const engine = new WatchedEngine();
    const control = await backend.startRunner(engine, 1);
    for (let index = 0; index < 6; index += 1) await submit(backend, control, `a${index}`, "a");
    for (const name of ["a0", "a1", "a2"]) {
      await expect.poll(() => engine.started).toContain(name);
      engine.end(name);
    }
    await expect.poll(() => engine.started).toContain("a3");
    for (const name of ["b0", "b1"]) await submit(backend, control, name, "b");
    const order = ["a0", "a1", "a2", "a3"];
    // Whose turn is next is one of the two, and from there they take turns.
    engine.end("a3");
    await expect.poll(() => engine.started.length).toBe(5);
    const isBFirst = engine.started[4] === "b0";
    order.push(...(isBFirst ? ["b0", "a4", "b1", "a5"] : ["a4", "b0", "a5", "b1"]));
    for (const name of order.slice(4)) {
      await expect.poll(() => engine.started).toContain(name);
      engine.end(name);
    }
    expect(engine.started).toEqual(order);
  });

  test("stops a task that runs, and one that waits, which then never runs", async () => {
    await using backend = await open();
    const engine = new WatchedEngine();
    const control = await backend.startRunner(engine, 1);
    const running = await submit(backend, control, "running");
    await expect.poll(() => engine.started).toEqual(["running"]);
    const [waiting, next] = [
      await submit(backend, control, "waiting"),
      await submit(backend, control, "next"),
    ];
    await control.stop(waiting);
    expect(await statusOf(backend, waiting)).toBe("stopped");
    await control.stop(running);
    expect(await statusOf(backend, running)).toBe("stopped");
    await expect.poll(() => engine.started).toEqual(["running", "next"]);
    engine.end("next");
    await expect.poll(() => statusOf(backend, next)).toBe("completed");
    await control.stop(next);
    expect(await statusOf(backend, next)).toBe("completed");
  });
});

test("on PostgreSQL, two workers run each task once", async () => {
  await using backend = await (backends.PostgreSQL ?? (() => Promise.reject(new Error("it is there"))))();
  const engines = [new WatchedEngine(true), new WatchedEngine(true)];
  const controls = await Promise.all(engines.map((engine) => backend.startRunner(engine, 5)));
  const names = Array.from({ length: 40 }, (_, index) => `task ${index}`);
  const ids = await Promise.all(names.map((name) => submit(backend, controls[0] as TaskControl, name)));
  for (const id of ids) await expect.poll(() => statusOf(backend, id)).toBe("completed");
  expect(engines.flatMap((engine) => engine.started).sort()).toEqual(names.toSorted());
});

test("how long a task ran does not follow the clock on the wall", async () => {
  await using backend = await openSqlite();
  const { store } = backend;
  const ran: number[] = [];
  const waited: number[] = [];
  const engine: Engine = {
    async run() {
      vi.setSystemTime(Date.now() - 3_600_000);
      return "completed";
    },
    close: async () => undefined,
  };
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const id = await create(backend, "an hour back");
    vi.setSystemTime(Date.now() - 3_600_000);
    const runTask = createRunTask({
      store,
      catalog,
      engine,
      files: createLocalFiles(tmpdir()),
      taskTimeoutMs: undefined,
      metrics: {
        taskStarted: (waitedMs) => void waited.push(waitedMs),
        taskEnded: (_status, ranMs) => void ran.push(ranMs),
      },
      log: pino({ enabled: false }),
    });
    const [task] = await store.writer.claim([id]);
    if (!task) throw new Error("the task was not there");
    const signal = new AbortController().signal;
    expect(await runTask(task, signal, { closing: signal })).toBe("ended");
  } finally {
    vi.useRealTimers();
  }
  expect(waited).toEqual([0]);
  expect(ran[0]).toBeGreaterThanOrEqual(0);
  expect(ran[0]).toBeLessThan(60_000);
});
