import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { createLineWriter } from "../src/broker/line-writer.ts";

const long = "é".repeat(8_000_000);

test("lines arrive whole and in order, however long they are", async () => {
  await using pair = await openPair();
  const writer = createLineWriter(pair.near);
  writer.write(["1 ", "short\n"]);
  writer.write(["2 ", long, "\n"]);
  writer.write(["3\n"]);
  const arrived = text(pair.far);
  await once(pair.far, "readable");
  writer.write(["4 ", long, "\n"]);
  writer.end();
  // Compared here: a failure would print all of it.
  expect((await arrived) === `1 short\n2 ${long}\n3\n4 ${long}\n`).toBe(true);
});

test("bytes arrive among texts, and stay whole for others who hold them", async () => {
  await using pair = await openPair();
  const writer = createLineWriter(pair.near);
  const bytes = Buffer.from("语😀".repeat(100_000));
  for (const one of [bytes, bytes.subarray(0, 70_000), bytes]) writer.write(["1 ", one, "\n"]);
  writer.end();
  const line = `1 ${bytes}\n`;
  const arrived = await text(pair.far);
  expect(arrived === `${line}1 ${bytes.subarray(0, 70_000)}\n${line}`).toBe(true);
  expect(bytes.toString() === "语😀".repeat(100_000)).toBe(true);
});

test("of a long line no more waits than a process takes", async () => {
  await using pair = await openPair();
  const writer = createLineWriter(pair.near);
  writer.write([long, "\n"]);
  await new Promise(setImmediate);
  expect(pair.near.bytesWritten).toBeGreaterThan(0);
  expect(pair.near.writableLength).toBeLessThan(1_000_000);
});

test("a process that is gone is written nothing more", async () => {
  await using pair = await openPair();
  const writer = createLineWriter(pair.near);
  writer.write([long, "\n"]);
  await new Promise(setImmediate);
  const closed = new Promise((resolve) => pair.near.once("close", resolve));
  pair.far.destroy();
  await closed;
  writer.write(["more\n"]);
  writer.end();
  expect(pair.near.writableLength).toBeLessThan(1_000_000);
});

async function openPair() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const connected = once(server, "connection");
  const near = connect(port, "127.0.0.1");
  near.on("error", () => undefined); // of one that was cut off
  await once(near, "connect");
  const [far] = (await connected) as [Socket];
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
