import { expect, test, vi } from "vitest";
import { createSendWindow } from "../src/send-window.ts";
import { createSubscriptions } from "../src/subscriptions.ts";

type Done = (error?: unknown) => void;

function openWindow(size: number) {
  const onTheWay: { payload: string; done: Done }[] = [];
  const window = createSendWindow(size, (_, payload, done) => onTheWay.push({ payload, done }));
  const payloads = () => onTheWay.map(({ payload }) => payload);
  return { window, onTheWay, payloads };
}

test("a window lets as many through as it has room for, and the next ones in order as places become free", async () => {
  const { window, onTheWay, payloads } = openWindow(2);
  const sent = ["1", "2", "3", "4"].map((payload) => window.send("t", payload));
  expect(payloads()).toEqual(["1", "2"]);
  onTheWay[1]?.done();
  expect(payloads()).toEqual(["1", "2", "3"]);
  onTheWay[0]?.done();
  expect(payloads()).toEqual(["1", "2", "3", "4"]);
  for (const { done } of onTheWay.slice(2)) done();
  await Promise.all(sent);
  // What waited has gone; the next one goes straight out, and once.
  const last = window.send("t", "5");
  expect(payloads()).toEqual(["1", "2", "3", "4", "5"]);
  onTheWay[4]?.done();
  await last;
});

test("a message that is refused rejects for its sender and makes room", async () => {
  const { window, onTheWay, payloads } = openWindow(1);
  const refused = window.send("t", "1");
  const next = window.send("t", "2");
  onTheWay[0]?.done(new Error("closed"));
  await expect(refused).rejects.toThrow("closed");
  expect(payloads()).toEqual(["1", "2"]);
  onTheWay[1]?.done();
  await expect(next).resolves.toBeUndefined();
});

test("a window is drained at once when nothing is on its way, otherwise with the last acknowledgement, for all who ask", async () => {
  const { window, onTheWay } = openWindow(1);
  await window.drained();
  void window.send("t", "1");
  void window.send("t", "2");
  const told = vi.fn();
  const all = Promise.all([window.drained().then(told), window.drained().then(told)]);
  onTheWay[0]?.done();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).not.toHaveBeenCalled();
  onTheWay[1]?.done();
  await all;
  expect(told).toHaveBeenCalledTimes(2);
});

function openSubscriptions() {
  const calls: string[] = [];
  const joining = Promise.withResolvers<void>();
  const subscriptions = createSubscriptions(
    (topic) => {
      calls.push(`join ${topic}`);
      return joining.promise;
    },
    async (topic) => void calls.push(`leave ${topic}`),
  );
  return { subscriptions, calls, joined: joining.resolve };
}

test("the other side hears of the first listener and of the last, and nobody is ready before it has", async () => {
  const { subscriptions, calls, joined } = openSubscriptions();
  let isReady = false;
  const listener = () => {};
  const adding = [subscriptions.add("t", listener), subscriptions.add("t", listener)];
  void adding[1]?.then(() => {
    isReady = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([calls, isReady]).toEqual([["join t"], false]);
  joined();
  const [endFirst, endSecond] = await Promise.all(adding);
  await endFirst?.();
  await endFirst?.();
  expect(calls).toEqual(["join t"]);
  await endSecond?.();
  expect(calls).toEqual(["join t", "leave t"]);
  await endSecond?.();
  expect(calls).toEqual(["join t", "leave t"]);
  await subscriptions.add("t", listener);
  expect(calls).toEqual(["join t", "leave t", "join t"]);
});

test("a message reaches every listener of its topic, those too whose neighbour leaves meanwhile, and no other", async () => {
  const { subscriptions, joined } = openSubscriptions();
  joined();
  const heard: string[] = [];
  const endFirst = await subscriptions.add("t", (payload) => {
    heard.push(`first ${payload}`);
    void endFirst();
  });
  await subscriptions.add("t", (payload) => heard.push(`second ${payload}`));
  subscriptions.deliver("t", "1");
  subscriptions.deliver("nobody listens", "2");
  subscriptions.deliver("t", "3");
  expect(heard).toEqual(["first 1", "second 1", "second 3"]);
});
