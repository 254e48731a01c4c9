import { expect, test } from "vitest";
import { MainframeClosedError } from "../src/errors/mainframe-closed-error.ts";
import type { Mainframe } from "../src/mainframe.ts";
import { createMemoryMainframe } from "../src/memory-mainframe.ts";
import { openMqttMainframe } from "../src/mqtt-mainframe.ts";
import { openBroker } from "./helpers/open-broker.ts";
import { openMosquitto } from "./helpers/open-mosquitto.ts";

const implementations: Record<string, () => Promise<{ mainframe: Mainframe } & AsyncDisposable>> = {
  async memory() {
    const mainframe = createMemoryMainframe();
    return { mainframe, [Symbol.asyncDispose]: () => mainframe.close() };
  },
  aedes: () => openOver(openBroker),
  mosquitto: () => openOver(openMosquitto),
};

async function openOver(open: () => Promise<{ address: string } & AsyncDisposable>) {
  const broker = await open();
  const mainframe = await openMqttMainframe({ address: broker.address, clientId: "mainframe-test" });
  return {
    mainframe,
    async [Symbol.asyncDispose]() {
      await mainframe.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

for (const [name, open] of Object.entries(implementations)) {
  test(`${name}: messages of a topic arrive in order at every listener`, async () => {
    await using opened = await open();
    const { mainframe } = opened;
    const first: string[] = [];
    const second: string[] = [];
    await mainframe.subscribe("t", (payload) => first.push(payload));
    await mainframe.subscribe("t", (payload) => second.push(payload));
    await Promise.all(["1", "2", "中文 3"].map((payload) => mainframe.publish("t", payload)));
    await mainframe.publish("other", "4");
    await expect.poll(() => second).toEqual(["1", "2", "中文 3"]);
    expect(first).toEqual(second);
  });

  test(`${name}: the same listener twice hears twice, and ends one at a time`, async () => {
    await using opened = await open();
    const { mainframe } = opened;
    const heard: string[] = [];
    const listener = (payload: string) => void heard.push(payload);
    const end = await mainframe.subscribe("t", listener);
    await mainframe.subscribe("t", listener);
    await mainframe.publish("t", "a");
    await expect.poll(() => heard).toEqual(["a", "a"]);
    await end();
    await end();
    await mainframe.publish("t", "b");
    await expect.poll(() => heard).toEqual(["a", "a", "b"]);
  });

  test(`${name}: a topic can be left and joined again at once`, async () => {
    await using opened = await open();
    const { mainframe } = opened;
    const heard: string[] = [];
    const end = await mainframe.subscribe("t", () => heard.push("old"));
    const ended = end();
    await mainframe.subscribe("t", () => heard.push("new"));
    await ended;
    await mainframe.publish("t", "x");
    await expect.poll(() => heard).toEqual(["new"]);
  });

  test(`${name}: close waits for what was published, then refuses`, async () => {
    await using opened = await open();
    const { mainframe } = opened;
    const sent = Array.from({ length: 200 }, (_, index) => mainframe.publish("t", String(index)));
    await Promise.all([mainframe.close(), mainframe.close()]);
    await Promise.all(sent);
    await expect(mainframe.publish("t", "late")).rejects.toThrow(MainframeClosedError);
    await expect(mainframe.subscribe("t", () => {})).rejects.toThrow(MainframeClosedError);
  });
}

test("mqtt: tells the broker when the last listener of a topic goes", async () => {
  await using broker = await openBroker();
  const mainframe = await openMqttMainframe({ address: broker.address, clientId: "unsubscribe-test" });
  const ends = [await mainframe.subscribe("t", () => {}), await mainframe.subscribe("t", () => {})];
  expect(broker.subscriptions("t")).toBe(1);
  await ends[0]?.();
  expect(broker.subscriptions("t")).toBe(1);
  await ends[1]?.();
  expect(broker.subscriptions("t")).toBe(0);
  await mainframe.close();
});

test("mqtt: 100000 messages at once all arrive in order", async () => {
  await using broker = await openBroker();
  const sender = await openMqttMainframe({ address: broker.address, clientId: "burst-sender" });
  const receiver = await openMqttMainframe({ address: broker.address, clientId: "burst-receiver" });
  let next = 0;
  let outOfOrder = 0;
  await receiver.subscribe("t", (payload) => {
    if (Number(payload) !== next) outOfOrder += 1;
    next += 1;
  });
  await Promise.all(Array.from({ length: 100_000 }, (_, index) => sender.publish("t", String(index))));
  await expect.poll(() => next).toBe(100_000);
  expect(outOfOrder).toBe(0);
  await Promise.all([sender.close(), receiver.close()]);
});

test("mqtt: what was sent while the broker was away arrives when it is back", async () => {
  const first = await openBroker();
  const changes: boolean[] = [];
  const onConnectionChange = (isConnected: boolean) => void changes.push(isConnected);
  const mainframe = await openMqttMainframe({
    address: first.address,
    clientId: "reconnect",
    onConnectionChange,
  });
  const heard: string[] = [];
  await mainframe.subscribe("t", (payload) => heard.push(payload));
  await first.close();
  await expect.poll(() => changes).toContain(false);
  const sent = mainframe.publish("t", "while away");
  await using _second = await openBroker(Number(first.address.split(":")[1]));
  await sent;
  await mainframe.publish("t", "back");
  await expect.poll(() => heard.at(-1)).toBe("back");
  expect(changes.at(-1)).toBe(true);
  await mainframe.close();
});
