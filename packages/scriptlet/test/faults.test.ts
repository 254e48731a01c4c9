import { expect, test } from "vitest";
import { openMqttMainframe } from "../src/mqtt-mainframe.ts";
import { createOutbox } from "../src/outbox.ts";
import { expectNothingLost, keepSending } from "./helpers/keep-sending.ts";
import { openFaultyBroker } from "./helpers/open-faulty-broker.ts";
import { openSessionOver } from "./helpers/open-session.ts";

test.each([1, 2])(
  "an executor whose connection breaks, stalls, crawls and ends over and over loses nothing and doubles nothing (seed %i)",
  async (seed) => {
    const files = { "keep-sending.mjs": keepSending };
    await using session = await openSessionOver(() => openFaultyBroker(seed), files);
    const { engine, broker, executor, workspace } = session;
    const job = { dir: workspace.path, entry: "keep-sending.mjs", outputs: ["value"] };
    const inputs = { flag: `${workspace.path}/flag` };
    const jobIds = await Promise.all([1, 2, 3].map(() => engine.start({ ...job, inputs })));
    for (const jobId of jobIds) {
      await engine.next(({ job_id, type }) => job_id === jobId && type === "BlockOutput");
    }

    await broker.strike(20);
    await workspace.write("flag", "");
    for (const jobId of jobIds) await expectNothingLost(engine, jobId);
    expect(Object.values(broker.tally).every((count) => count > 0)).toBe(true);

    await engine.finishSession();
    expect(await executor.exited).toEqual({ code: 0, signal: null });
    await expect.poll(broker.connections).toBe(0);
  },
);

test.each([3, 4])(
  "what is sent over such a connection arrives in the order of the calls, and every promise settles (seed %i)",
  async (seed) => {
    await using broker = await openFaultyBroker(seed);
    const observer = await openMqttMainframe({ address: broker.address, clientId: "observer" });
    const heard: number[] = [];
    await observer.subscribe("t", (payload) => heard.push(Number(payload)));
    const mainframe = await openMqttMainframe({ address: broker.executorAddress, clientId: "sender" });
    const outbox = createOutbox(mainframe);

    const striking = { isOver: false };
    const struck = broker.strike(12).then(() => {
      striking.isOver = true;
    });
    let sent = 0;
    while (!striking.isOver) {
      const burst = Array.from({ length: 50 }, () => {
        const text = String(sent++);
        return outbox.send("t", sent % 7 === 0 ? later(text) : text);
      });
      await Promise.all(burst);
    }
    await struck;
    await outbox.drained();
    await mainframe.close();
    // Behind all that the broker has taken.
    await observer.publish("t", String(sent));
    await expect.poll(() => heard.at(-1)).toBe(sent);
    // MQTT may deliver again what broke off before its acknowledgement was through; those that read know it by its number.
    const first = heard.filter((number, index) => heard.indexOf(number) === index);
    expect(first).toEqual(Array.from({ length: sent + 1 }, (_, index) => index));
    await observer.close();
    await expect.poll(broker.connections).toBe(0);
  },
);

async function later(text: string): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve));
  return text;
}
