import { expect, test } from "vitest";
import { MainframeClosedError } from "../src/errors/mainframe-closed-error.ts";
import { createMemoryMainframe } from "../src/memory-mainframe.ts";
import { createOutbox } from "../src/outbox.ts";

test("a message still being made keeps its place", async () => {
  const mainframe = createMemoryMainframe();
  const outbox = createOutbox(mainframe);
  let finishSlow = (_: string) => {};
  const slow = new Promise<string>((resolve) => {
    finishSlow = resolve;
  });
  void outbox.send("t", "1");
  void outbox.send("t", slow);
  void outbox.send("t", Promise.resolve("3"));
  void outbox.send("t", Promise.resolve(undefined));
  const last = outbox.send("t", "4");
  await Promise.resolve();
  expect(mainframe.published.map(({ payload }) => payload)).toEqual(["1"]);
  finishSlow("2");
  await last;
  expect(mainframe.published.map(({ payload }) => payload)).toEqual(["1", "2", "3", "4"]);
});

test("a payload that fails rejects for its sender alone", async () => {
  const mainframe = createMemoryMainframe();
  const outbox = createOutbox(mainframe);
  const failing = outbox.send("t", Promise.reject(new Error("disk full")));
  await outbox.send("t", "next");
  await expect(failing).rejects.toThrow("disk full");
  expect(mainframe.published).toEqual([{ topic: "t", payload: "next" }]);
});

test("nobody has to await a send that fails", async () => {
  const mainframe = createMemoryMainframe();
  await mainframe.close();
  const outbox = createOutbox(mainframe);
  void outbox.send("t", "lost");
  await outbox.drained();
  await expect(outbox.send("t", "lost too")).rejects.toThrow(MainframeClosedError);
});

test("a send that fails ends no process, also where nobody ever looks at it", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    const mainframe = createMemoryMainframe();
    await mainframe.close();
    const outbox = createOutbox(mainframe);
    void outbox.send("t", "lost");
    void outbox.send("t", Promise.reject(new Error("disk full")));
    void outbox.send("t", "lost too");
    await new Promise((resolve) => setTimeout(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("text waits for the last of several messages still being made", async () => {
  const mainframe = createMemoryMainframe();
  const outbox = createOutbox(mainframe);
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const sentFirst = outbox.send("t", first.promise);
  void outbox.send("t", second.promise);
  first.resolve("1");
  await sentFirst;
  await new Promise((resolve) => setImmediate(resolve));
  const last = outbox.send("t", "3");
  second.resolve("2");
  await last;
  expect(mainframe.published.map(({ payload }) => payload)).toEqual(["1", "2", "3"]);
});

test("goes straight out again once the queue is empty", async () => {
  const mainframe = createMemoryMainframe();
  const outbox = createOutbox(mainframe);
  await outbox.send("t", Promise.resolve("1"));
  await outbox.drained();
  void outbox.send("t", "2");
  expect(mainframe.published).toHaveLength(2);
});

test("is drained when the broker has taken or refused all of it, what is sent meanwhile too", async () => {
  const acknowledge: (() => void)[] = [];
  const publish = () => new Promise<void>((resolve) => acknowledge.push(resolve));
  const outbox = createOutbox({ ...createMemoryMainframe(), publish });
  await outbox.drained();
  void outbox.send("t", "1");
  let isDrained = false;
  const drained = outbox.drained().then(() => {
    isDrained = true;
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  void outbox.send("t", "2");
  acknowledge[0]?.();
  await turn();
  expect(isDrained).toBe(false);
  acknowledge[1]?.();
  await drained;
});
