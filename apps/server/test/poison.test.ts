import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Engine, SessionEvent } from "../src/engine/engine.ts";
import { sessionEnd } from "../src/store/task-rows.ts";
import { isRecord, messageOf } from "../src/values.ts";
import { openProcesses } from "./cluster/open-processes.ts";
import { makeDataDirectory } from "./open-test-server.ts";
import { startProgram } from "./start-program.ts";
import { backends, catalog } from "./store-backends.ts";

const hostile = ["--packages", fileURLToPath(new URL("./fixtures/hostile", import.meta.url))];
const tookDown =
  "The task is not run again: 2 processes that ran it were killed, crashed or lost before it ended, and it may be the reason.";

/** What no executor of ours sends: its type and content by name. */
const hardMessages: [name: string, message: () => Omit<SessionEvent, "nodeId">][] = [
  // What cannot be written, on every version of V8; how deep is too deep differs.
  ["a message that holds itself", () => message("BlockLog", circle())],
  ["a message whose type has a NUL", () => message("Block\0Log", "text")],
];

function message(type: string, content: unknown) {
  return { type, event: { type, session_id: "session", content } };
}

function circle(): unknown {
  const value: unknown[] = [];
  value.push(value);
  return value;
}

const newTask = () => ({
  id: randomUUID(),
  blockId: "lab::shout",
  packageVersion: "0.2.0",
  inputValues: [],
  inputs: { text: "x" },
});

test("a task that ends the server's process runs twice, and is failed with that reason at the third start", async () => {
  await using data = await makeDataDirectory();
  const flags = [...hostile, "--data", data.path, "--rerun-interrupted", "--spare-executors", "0"];
  await using first = await startProgram(flags);
  const id = await first.client.start("hostile::take-down");
  expect(await first.exited).toBe(null);
  await using second = await startProgram(flags);
  expect(await second.exited).toBe(null);

  await using third = await startProgram(flags);
  expect(await third.client.waitForEnd(id)).toMatchObject({ status: "failed" });
  const logs = await third.client.logs(id);
  expect(logs.filter(({ type }) => type === "SessionStarted")).toHaveLength(2);
  expect(logs.at(-1)).toMatchObject({ type: "SessionFinished", event: { error: tookDown } });
  const next = await third.client.start("lab::shout", { text: "still here" });
  expect(await third.client.waitForEnd(next)).toMatchObject({ status: "completed" });
});

test("the tasks that ran beside one that ends the process run to their end", async () => {
  await using data = await makeDataDirectory();
  const flags = [...hostile, "--data", data.path, "--rerun-interrupted", "--concurrency", "3"];
  await using first = await startProgram(flags);
  const signal = join(data.path, "signal");
  const beside = [
    await first.client.start("lab::when-told", { signal }),
    await first.client.start("lab::when-told", { signal }),
  ];
  for (const id of beside) await first.client.waitForLog(id, "BlockLog");
  const id = await first.client.start("hostile::take-down");
  await first.exited;
  await writeFile(signal, "");
  await using second = await startProgram(flags);
  await second.exited;
  await using third = await startProgram(flags);
  expect(await third.client.waitForEnd(id)).toMatchObject({ status: "failed" });
  for (const one of beside) expect(await third.client.waitForEnd(one)).toMatchObject({ status: "completed" });
});

test("a task that ends its worker takes two with it, and no third", { timeout: 120_000 }, async () => {
  await using processes = await openProcesses();
  const client = await processes.startApi();
  const workers = [await processes.startWorker(...hostile), await processes.startWorker(...hostile)];
  const id = await client.start("hostile::take-down");
  expect(await Promise.all(workers.map(({ exited }) => exited))).toEqual([null, null]);
  const survivor = await processes.startWorker(...hostile);
  expect(await client.waitForEnd(id)).toMatchObject({ status: "failed" });
  expect((await client.logs(id)).at(-1)?.event.error).toBe(tookDown);
  expect(survivor.child.exitCode).toBe(null);
  const next = await client.start("lab::shout", { text: "still here" });
  expect(await client.waitForEnd(next)).toMatchObject({ status: "completed" });
});

describe.each(Object.entries(backends))("on %s", (_name, open) => {
  test("a claim counts against a task until it is given back", async () => {
    await using backend = await open();
    const { id } = (await backend.store.create(newTask())) ?? {};
    const claimants = [backend.store, await backend.openAnother(), await backend.openAnother()];
    for (const store of claimants) {
      expect(await store.writer.claim([id ?? ""])).toHaveLength(1);
      expect(await store.writer.release(id ?? "")).toBe(true);
    }
    for (const store of claimants.slice(0, 2)) expect(await store.writer.claim([id ?? ""])).toHaveLength(1);
    expect(await claimants[2]?.writer.claim([id ?? ""])).toEqual([]);
    expect(await backend.store.get(id ?? "")).toMatchObject({ status: "failed" });
    const ends = (await backend.store.listLogs(id ?? "")).map(({ event }) => JSON.parse(event).error);
    expect(ends).toEqual([tookDown]);
  });

  test.for(hardMessages)("%s fails its task alone", async ([, message]) => {
    await using backend = await open();
    const engine: Engine = {
      async run({ inputs, onStarted, onEvent, signal }) {
        onStarted("session");
        const given = inputs.toJSON();
        if (isRecord(given) && given.text === "x") onEvent({ nodeId: null, ...message() });
        if (!signal.aborted) return "completed";
        const { event } = sessionEnd("session", messageOf(signal.reason));
        onEvent({
          type: "SessionFinished",
          nodeId: null,
          event: { ...event, type: "SessionFinished", session_id: "" },
        });
        return "aborted";
      },
      async close() {},
    };
    const control = await backend.startRunner(engine, 2);
    const block = await catalog.find("lab::shout");
    const tasks = [newTask(), { ...newTask(), inputs: { text: "harmless" } }];
    const ids = tasks.map(({ id }) => id);
    for (const task of tasks) await backend.store.create(task);
    for (const id of ids) await control.submit({ id, caller: "" }, block);
    await expect
      .poll(async () =>
        (await Promise.all(ids.map((id) => backend.store.get(id)))).map((task) => task?.status),
      )
      .toEqual([expect.stringMatching(/failed|completed/), "completed"]);
    const [log] = await backend.store.listLogs(ids[0] ?? "");
    expect(JSON.parse(log?.event ?? "{}").error ?? log?.type).toMatch(/cannot be stored|Block\ufffdLog/);
  });
});
