import { encodeChannelLine } from "@oomol/scriptlet/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createChannelReader, type ReceivedLine } from "../src/broker/channel-reader.ts";

const noLimit = { maxBytes: Number.POSITIVE_INFINITY, onTooLong: () => undefined };

test("messages come out whole, however the bytes are cut: short ones as texts, long ones as bytes", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const payload = fc
    .tuple(text, fc.constantFrom(0, 0, 70_000), text)
    .map(([begin, padding, end]) => JSON.stringify(begin + "x".repeat(padding) + end));
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 4 }), fc.array(fc.nat(70_000)), (payloads, cuts) => {
      const bytes = Buffer.from(payloads.map((one) => encodeChannelLine("a/topic", one)).join(""));
      const lines: ReceivedLine[] = [];
      const read = createChannelReader((line) => lines.push(line), noLimit);
      let start = 0;
      for (const cut of cuts) {
        read(bytes.subarray(start, start + cut));
        start += cut;
      }
      read(bytes.subarray(start));
      const messages = lines.map((line) => (line.kind === "message" ? line : expect.fail(line.kind)));
      expect(messages.map(({ topic, payload: said }) => [topic, said.toString()])).toEqual(
        payloads.map((one) => ["a/topic", one]),
      );
      expect(messages.map(({ payload: said }) => typeof said)).toEqual(
        payloads.map((one) => (one.length < 70_000 ? "string" : "object")),
      );
    }),
    { seed: 20_261_130, numRuns: 40 },
  );
});

test("subscriptions are read, also absurdly long ones", () => {
  const lines: ReceivedLine[] = [];
  const read = createChannelReader((line) => lines.push(line), noLimit);
  read(Buffer.from(`+a\n-a\n+${"b ".repeat(50_000)}\n`));
  expect(lines).toEqual([
    { kind: "subscribe", topic: "a" },
    { kind: "unsubscribe", topic: "a" },
    { kind: "subscribe", topic: "b ".repeat(50_000) },
  ]);
});

test("a line that is too long is told once and skipped; the next is read", () => {
  const lines: ReceivedLine[] = [];
  const tooLong: number[] = [];
  const read = createChannelReader((line) => lines.push(line), {
    maxBytes: 10,
    onTooLong: (sizeBytes) => tooLong.push(sizeBytes),
  });
  read(Buffer.from("t 23456789\nt 234567"));
  read(Buffer.from("89x"));
  read(Buffer.from("yz\nt short\nt 234567890\nt last\n"));
  expect(tooLong).toEqual([11, 11]);
  expect(lines.map((line) => "payload" in line && line.payload)).toEqual(["23456789", "short", "last"]);
});

test("bytes that are no text are replaced in what is short, and left to who reads what is long", () => {
  const lines: ReceivedLine[] = [];
  const read = createChannelReader((line) => lines.push(line), noLimit);
  const long = Buffer.concat([Buffer.from("t "), Buffer.alloc(70_000, 0xff), Buffer.from("\n")]);
  read(Buffer.from([0x74, 0x20, 0xff, 0x0a]));
  read(long);
  expect(lines.map((line) => "payload" in line && line.payload)).toEqual([
    "\ufffd",
    Buffer.alloc(70_000, 0xff),
  ]);
});
