import { connect as connectSocket, type Socket } from "node:net";
import { duplexPair } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { topics } from "@oomol/scriptlet/wire";
import { connect, type MqttClient } from "mqtt";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { type Broker, openBroker } from "../src/broker/broker.ts";
import { createExecutorChannel } from "../src/broker/executor-channel.ts";
import { ownersIn } from "../src/broker/peer-process.ts";
import type { Role } from "../src/broker/rights.ts";
import type { Room } from "../src/broker/room.ts";
import type { SessionMessage } from "../src/broker/session-message.ts";

const log = pino({ level: "silent" });

test("a process that is no executor of the server gets no connection", async () => {
  const { broker } = await openTestBroker();
  expect(await answerTo(broker)).toBe("");
});

test("a process that was admitted is not any more when its session is over", async () => {
  const { broker, room } = await openTestBroker();
  const expel = broker.admit(room, process.pid, "executor");
  const client = await connectTo(broker);
  const closed = new Promise((resolve) => client.once("close", () => resolve(undefined)));
  expel();
  await closed;
  expect(await answerTo(broker)).toBe("");
});

test.skipIf(process.platform !== "linux")(
  "who has the port of an executor at another address of this machine is not taken for it",
  async () => {
    const { broker, room } = await openTestBroker();
    broker.admit(room, process.pid, "executor");
    const { stream } = await connectTo(broker);
    const localPort = (stream as Socket).localPort as number;
    expect(await answerTo(broker, { from: { localAddress: "127.0.0.2", localPort } })).toBe("");
  },
);

test("the owner of one end of a connection is read from what lsof lists", () => {
  const list = [
    "p7",
    "f3",
    "n*:80",
    "p12",
    "f8",
    "n127.0.0.1:80->127.0.0.1:90",
    "n127.0.0.1:90->127.0.0.1:80",
  ];
  expect(ownersIn(`${list.join("\n")}\n`, "n127.0.0.1:90->127.0.0.1:80")).toEqual([12]);
  expect(ownersIn(`${list.join("\n")}\n`, "n127.0.0.1:9->127.0.0.1:80")).toEqual([]);
});

const forged = [
  ["executor/nodejs/run_block", "a job"],
  ["executor/nodejs/run_service_block", "a job of a service"],
  ["inputs/one/job", "inputs"],
  ["session/one/request/r/response", "an answer"],
  ["session/two", "a message of another session"],
  ["anything", "a topic that the protocol does not know"],
] as const;

for (const [topic, what] of forged) {
  test(`an executor cannot send ${what}`, async () => {
    const { room, client, said } = await openMember("executor");
    const other = hearing(room, topic);
    await client.publishAsync(topic, message("BlockFinished"), { qos: 1 });
    await client.publishAsync(topics.session("one"), message("BlockReady"), { qos: 1 });
    await expect.poll(() => said).toEqual([message("BlockReady")]);
    expect(other).toEqual([]);
  });
}

const dropped = [
  ["the end of a block, as the engine reports it", "report", message("BlockFinished")],
  ["what names another session", "session/one", message("BlockFinished", "two")],
  ["what is no JSON", "session/one", "{"],
  ["what is no object", "session/one", "[1]"],
] as const;

for (const [what, topic, text] of dropped) {
  test(`${what} is not heard from an executor`, async () => {
    const { client, said } = await openMember("executor");
    await client.publishAsync(topic, text, { qos: 1 });
    await client.publishAsync("report", message("BlockLog"), { qos: 1 });
    await expect.poll(() => said).toEqual([message("BlockLog")]);
  });
}

test("the engine of a flow may offer jobs and report ends", async () => {
  const { room, client, said } = await openMember("engine");
  const offered = hearing(room, topics.runBlock("nodejs"));
  await client.publishAsync(topics.runBlock("nodejs"), message("BlockPayload"), { qos: 1 });
  await client.publishAsync("report", message("BlockFinished"), { qos: 1 });
  await expect.poll(() => said).toEqual([message("BlockPayload"), message("BlockFinished")]);
  expect(offered).toEqual([message("BlockPayload")]);
});

test("an executor hears nothing of another session, whatever it subscribes to", async () => {
  const { broker, room, client } = await openMember("executor");
  const heard: string[] = [];
  client.on("message", (_topic, payload) => heard.push(payload.toString()));
  await client.subscribeAsync(["#", "report", topics.session("two"), "inputs/two/job"], { qos: 1 });
  const two = broker.openRoom("two");
  for (const topic of ["report", topics.session("two"), "inputs/two/job"]) {
    two.publish(topic, JSON.parse(message("BlockFinished", "two")));
  }
  room.publish("report", JSON.parse(message("SessionFinished")));
  await expect.poll(() => heard).toEqual([message("SessionFinished")]);
});

test("an executor that forgets to subscribe to reports hears them, and once where it does", async () => {
  const { room, client } = await openMember("executor");
  const heard: string[] = [];
  client.on("message", (_topic, payload) => heard.push(payload.toString()));
  await expect.poll(() => room.isHeard("report")).toBe(true);
  room.publish("report", JSON.parse(message("BlockLog")));
  await expect.poll(() => heard).toHaveLength(1);
  await client.subscribeAsync("report", { qos: 1 });
  room.publish("report", JSON.parse(message("BlockWarning")));
  room.publish("report", JSON.parse(message("BlockFinished")));
  await expect.poll(() => heard.at(-1)).toBe(message("BlockFinished"));
  expect(heard).toEqual([message("BlockLog"), message("BlockWarning"), message("BlockFinished")]);
});

test("an answer waits until the one who asked subscribes to it, and comes once", async () => {
  const { room, client } = await openMember("executor");
  const heard: string[] = [];
  client.on("message", (_topic, payload) => heard.push(payload.toString()));
  const topic = topics.response("one", "r");
  room.deliver(topic, { first: true });
  await client.subscribeAsync(topic, { qos: 1 });
  room.deliver(topic, { first: false });
  await expect.poll(() => heard).toEqual([`{"first":true}`, `{"first":false}`]);
});

test("what an executor may not say is logged in short, and not for ever", async () => {
  const lines: string[] = [];
  const broker = await openBroker(
    pino({ level: "warn" }, { write: (line: string) => void lines.push(line) }),
  );
  onTestFinished(() => broker.close());
  const { say } = openChannel(broker.openRoom("one"));
  for (let count = 0; count < 100; count += 1) say(`nothing/${"x".repeat(10_000)} {}\n`);
  await expect.poll(() => lines.at(-1)).toContain("further warnings of this session are left out");
  expect(lines).toHaveLength(21);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(500);
});

test.each([
  ["too long a topic", [`+${"x".repeat(2_000)}\n`]],
  ["too many topics", Array.from({ length: 10_001 }, (_, index) => `+topic/${index}\n`)],
])("an executor that subscribes to %s is refused", async (_what, lines) => {
  const { room } = await openTestBroker();
  const refused: string[] = [];
  room.onRefused((reason) => refused.push(reason));
  const { say } = openChannel(room);
  say(lines.join(""));
  await expect.poll(() => refused).toEqual(["The block subscribes to more than an executor needs."]);
});

test("answers that nobody reads are not kept without end", async () => {
  const { room } = await openTestBroker();
  const refused: string[] = [];
  room.onRefused((reason) => refused.push(reason));
  const text = "x".repeat(8 * 2 ** 20);
  for (let count = 0; count < 7; count += 1) room.deliver(`answer/${count}`, { text });
  expect(refused).toEqual([]);
  room.deliver("answer/7", { text });
  expect(refused).toEqual(["The block leaves answers of more than 64 million characters unread."]);
});

test("a value nested too deep, or a message too large, is refused with the reason", async () => {
  const { room, client } = await openMember("executor");
  const reasons: string[] = [];
  room.onRefused((reason) => reasons.push(reason));
  const deep = `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  await client.publishAsync(topics.session("one"), deep, { qos: 1 });
  await expect.poll(() => reasons).toEqual([expect.stringContaining("more than 126 levels deep")]);
  await client.publishAsync(topics.session("one"), `"${"x".repeat(16 * 1024 * 1024)}"`, { qos: 1 });
  await expect.poll(() => reasons).toHaveLength(2);
  expect(reasons[1]).toContain("this server takes 16777216");
});

const endless = [
  ["names a length beyond the limit", [0x30, 0xff, 0xff, 0xff, 0x7f]],
  ["has a length of five bytes", [0x30, 0xff, 0xff, 0xff, 0xff, 0x01]],
] as const;

for (const [what, bytes] of endless) {
  test(`a packet that ${what} ends its connection before more is read`, async () => {
    const { broker, room } = await openTestBroker();
    broker.admit(room, process.pid, "executor");
    expect(await answerTo(broker, { bytes })).toBe("");
    // Another is served.
    await connectTo(broker);
  });
}

/** Messages of 20 MB together, more than sockets hold. */
const many = Array.from({ length: 200 }, (_, index) =>
  JSON.stringify({ type: "BlockLog", session_id: "one", index, log: "x".repeat(100_000) }),
);

test("what a process says by MQTT is neither read nor acknowledged while its session is held", async () => {
  const { room, client, said } = await openMember("executor");
  await client.publishAsync("report", message("BlockLog"), { qos: 1 });
  const { until, release } = createHoldOf(room);
  room.hold(until); // said again with each message that comes before it is heard
  let acknowledged = 0;
  const published = many.map((text) =>
    client.publishAsync("report", text, { qos: 1 }).then(() => (acknowledged += 1)),
  );
  await untilStill(() => client.stream.writableLength);
  const before = { said: said.length, acknowledged };
  expect(before.said).toBeLessThan(many.length / 2);
  expect(before.acknowledged).toBeLessThan(many.length / 2);
  release();
  await Promise.all(published);
  // The last are acknowledged before they are heard.
  await expect.poll(() => said.length).toBe(many.length + 1);
});

test("what an executor of ours says is not read while its session is held", async () => {
  const { room } = await openTestBroker();
  const said: SessionMessage[] = [];
  room.listen((heard) => said.push(heard));
  const [own, theirs] = duplexPair();
  const channel = createExecutorChannel(own);
  channel.attach(room);
  const { release } = createHoldOf(room);
  for (const text of many) theirs.write(`report ${text}\n`);
  await untilStill(() => theirs.writableLength);
  expect(said.length).toBeLessThan(many.length / 2);
  release();
  await expect.poll(() => said.map(({ index }) => index)).toEqual(many.map((_, index) => index));
  theirs.destroy();
  own.destroy();
});

test("a long message of an executor is read in turns with others, and before what comes after it", async () => {
  const { room } = await openTestBroker();
  const said: unknown[] = [];
  const heardAt: number[] = [];
  let turns = 0;
  const count = setInterval(() => (turns += 1), 0);
  room.listen(({ index }) => {
    said.push(index);
    heardAt.push(turns);
  });
  const [own, theirs] = duplexPair();
  createExecutorChannel(own).attach(room);
  const log = Array.from({ length: 800_000 }, () => "words");
  const line = (index: number, others: object) =>
    `report ${JSON.stringify({ type: "BlockLog", session_id: "one", index, ...others })}\n`;
  theirs.write(line(0, {}) + line(1, { log }) + line(2, {}) + line(3, { log }) + line(4, {}));
  await expect.poll(() => said).toEqual([0, 1, 2, 3, 4]);
  clearInterval(count);
  expect((heardAt[1] ?? 0) - (heardAt[0] ?? 0)).toBeGreaterThan(1);
  theirs.destroy();
  own.destroy();
});

test("a session and its first message come to an executor of ours together", async () => {
  const { room } = await openTestBroker();
  const [own, theirs] = duplexPair();
  const pieces: string[] = [];
  theirs.setEncoding("utf8").on("data", (piece: string) => pieces.push(piece));
  const channel = createExecutorChannel(own);
  channel.attach(room, { session_id: "next", session_dir: "/next", tmp_dir: "/tmp/next", identifier: "i" });
  await new Promise(setImmediate);
  channel.send(topics.runBlock("nodejs"), { type: "BlockPayload" });
  await expect
    .poll(() => pieces)
    .toEqual([expect.stringMatching(/^channel\/begin .*\nexecutor\/nodejs\/run_block .*\n$/)]);
  theirs.destroy();
  own.destroy();
});

/** Resolves once nothing moves any more: what is held tells of no event. */
async function untilStill(read: () => number): Promise<void> {
  for (let last = Number.NaN; read() !== last; ) {
    last = read();
    await delay(200);
  }
}

function createHoldOf(room: Room) {
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  room.hold(until);
  return { until, release: () => release() };
}

test("a session gets so many connections and no more", async () => {
  const { broker, room } = await openTestBroker();
  broker.admit(room, process.pid, "executor");
  const clients = await Promise.all(Array.from({ length: 64 }, () => connectTo(broker)));
  expect(await answerTo(broker)).toBe("");
  expect(clients.filter(({ connected }) => connected)).toHaveLength(64);
});

function message(type: string, session = "one"): string {
  return JSON.stringify({ type, session_id: session });
}

async function openTestBroker(): Promise<{ broker: Broker; room: Room }> {
  const broker = await openBroker(log);
  onTestFinished(() => broker.close());
  return { broker, room: broker.openRoom("one") };
}

/** A client in this process, admitted with that role; `said` is what the server hears of it. */
async function openMember(role: Role) {
  const { broker, room } = await openTestBroker();
  broker.admit(room, process.pid, role);
  const said: string[] = [];
  room.listen(({ type, session_id }: SessionMessage) => said.push(JSON.stringify({ type, session_id })));
  return { broker, room, said, client: await connectTo(broker) };
}

/** What another process of the session hears on a topic. */
function hearing(room: Room, topic: string): string[] {
  const heard: string[] = [];
  room.join({
    role: "executor",
    hears: (one) => one === topic,
    send: (_, payload) => void heard.push(payload.toString()),
    hold: () => undefined,
  });
  return heard;
}

/** What comes back, in hex, until the broker has closed the connection; a CONNECT is sent by default. */
async function answerTo(
  { address }: Broker,
  {
    bytes = [0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x78],
    from,
  }: { bytes?: readonly number[]; from?: { localAddress: string; localPort: number } } = {},
): Promise<string> {
  const [host = "", port] = address.split(":");
  const socket = connectSocket({ port: Number(port), host, ...from }, () => socket.write(Buffer.from(bytes)));
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk as Buffer)).on("error", () => undefined);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString("hex");
}

async function connectTo(broker: Broker): Promise<MqttClient> {
  const client = connect(`mqtt://${broker.address}`, { reconnectPeriod: 0 });
  onTestFinished(() => client.endAsync(true));
  await new Promise((resolve) => client.once("connect", () => resolve(undefined)));
  return client;
}

/** Our end of the channel of an executor that is a part of the room. */
function openChannel(room: Room): { say(lines: string): void } {
  const [ours, theirs] = duplexPair();
  createExecutorChannel(theirs).attach(room);
  return { say: (lines) => void ours.write(lines) };
}
