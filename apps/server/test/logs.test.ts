import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { wholeText } from "../src/store/stored-text.ts";
import { openTestServer } from "./open-test-server.ts";
import { backends } from "./store-backends.ts";

test("a task that logs more than it may goes on, is told so once, and keeps its result", async () => {
  await using server = await openTestServer({ taskLogBytes: 100_000 });
  const id = await server.start("lab::chatter", { lines: 1_000, characters: 1_000 });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "completed" });
  const logs = await server.logs(id);
  expect(logs.filter(({ type }) => type === "BlockLog").length).toBeGreaterThan(50);
  expect(logs.filter(({ type }) => type === "BlockLog").length).toBeLessThan(100);
  expect(logs.filter(({ type }) => type === "BlockWarning").map(({ event }) => event.warning)).toEqual([
    "This task has logged the 0.1 MiB that this server keeps (--task-log-mb): what its blocks say from here on is not kept. The task goes on, and so does its result.",
    expect.stringMatching(
      /^1\.\d+ MiB of what its blocks have said are not kept, as they are beyond the 0\.1 MiB/,
    ),
  ]);
  expect(logs.map((log) => log.id)).toEqual(logs.map((_, index) => index + 1));
  expect(await server.finish(id)).toMatchObject({ result: { said: 1_000 } });
  expect(logs.at(-1)).toMatchObject({ type: "SessionFinished" });
});

test("a task whose outputs alone are more than twice that is failed with the reason", async () => {
  await using server = await openTestServer({ taskLogBytes: 10_000 });
  const text = "x".repeat(30_000);
  const id = await server.start("lab::shout", { text, mark: "!" });
  expect(await server.waitForEnd(id)).toMatchObject({ status: "failed" });
  const logs = await server.logs(id);
  expect(logs.at(-1)).toMatchObject({
    type: "SessionFinished",
    event: {
      error:
        "The outputs and other events of the task have more than twice the 0.01 MiB that this server keeps for a task's logs (--task-log-mb).",
    },
  });
});

describe.each(Object.entries(backends))("on %s", (_name, open) => {
  test("logs of any size and number are read as they were written, page by page", async () => {
    await using backend = await open();
    const { store } = backend;
    const id = randomUUID();
    await store.create({ id, blockId: "lab::shout", packageVersion: "0.2.0", inputValues: [], inputs: {} });
    await store.writer.claim([id]);
    const sizes = [0, 10, 3_000, 70_000, 300_000, 2_000_000, ...Array.from({ length: 3_000 }, () => 500)];
    const texts = sizes.map((size, index) => `${index} ${"é".repeat(size)}`);
    for (const text of texts) {
      const room = store.writer.appendLog(id, {
        sessionId: "s",
        nodeId: null,
        type: "BlockLog",
        event: { text },
      });
      await room;
    }
    await store.writer.setStatus(id, "completed");
    for (const after of [-1, 0, 1, 4, 5, 1_000, texts.length - 1, texts.length, texts.length + 5]) {
      const pages = [];
      for await (const page of store.logPages(id, after)) pages.push(page);
      const events = await Promise.all(pages.flat().map(({ event }) => wholeText(event)));
      expect(events.map((event) => JSON.parse(event).text)).toEqual(texts.slice(Math.max(0, after)));
      expect(pages.flat().map((log) => log.id)).toEqual(
        texts.map((_, index) => index + 1).slice(Math.max(0, after)),
      );
      if (after === -1) expect(pages.length).toBeGreaterThan(5);
    }
  });

  test("inputs of any size are read as they were given, whoever reads them", async () => {
    await using backend = await open();
    const { store } = backend;
    // Whose halves would stand in two parts.
    const text = `x${"😀".repeat(1_300_000)}`;
    const values = [{ nodeId: "_", inputs: [{ handle: "text", value: text }] }];
    const idempotency = { caller: "", key: randomUUID(), fingerprint: "f" };
    const id = randomUUID();
    const task = {
      id,
      blockId: "lab::shout",
      packageVersion: "0.2.0",
      inputValues: values,
      inputs: { text },
    };
    expect(await store.create({ ...task, idempotency })).toMatchObject({ id });
    expect(await store.create({ ...task, id: randomUUID(), idempotency })).toBeUndefined();
    const read = [await store.get(id), (await store.findByKey(idempotency))?.task, (await store.list())[0]];
    const [claimed] = await store.writer.claim([id]);
    for (const one of [...read, claimed]) {
      expect(JSON.parse(await wholeText(one?.inputValues ?? ""))).toEqual(values);
    }
    expect(claimed?.inputs.toJSON()).toEqual({ text });
    await store.writer.setStatus(id, "completed");
    await store.remove(id);
    expect(await store.get(id)).toBeUndefined();
  });

  test("logs that come one by one are read as they were written, while more come", async () => {
    await using backend = await open();
    const { store } = backend;
    const id = randomUUID();
    await store.create({ id, blockId: "lab::shout", packageVersion: "0.2.0", inputValues: [], inputs: {} });
    await store.writer.claim([id]);
    const texts = Array.from({ length: 300 }, (_, index) => `line ${index}`);
    for (const [index, text] of texts.entries()) {
      void store.writer.appendLog(id, { sessionId: "s", nodeId: null, type: "BlockLog", event: { text } });
      const all = await store.listLogs(id);
      if (index % 50 === 0)
        expect(all.map((log) => JSON.parse(log.event).text)).toEqual(texts.slice(0, index + 1));
    }
    for (const after of [-1, 0, 1, 63, 64, 65, 150, 299]) {
      expect((await store.listLogs(id, after)).map((log) => JSON.parse(log.event).text)).toEqual(
        texts.slice(Math.max(0, after)),
      );
    }
  });
});
