import fc from "fast-check";
import { expect, test } from "vitest";
import { createPacketReader } from "../src/mqtt/packet-reader.ts";
import { decodePublish, encodePublish, packetType, pingreq } from "../src/mqtt/packets.ts";

test("packets come whole and in order, however the stream is cut", () => {
  const messages = fc.array(fc.string({ unit: "grapheme", maxLength: 300 }), { minLength: 1 });
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 700 }), (payloads, cut) => {
      const stream = Buffer.concat(
        payloads.flatMap((payload, index) => [encodePublish("a/中", payload, index + 1, false), pingreq]),
      );
      const heard: string[] = [];
      let others = 0;
      const read = createPacketReader((type, flags, body) => {
        if (type !== packetType.publish) others += 1;
        else heard.push(decodePublish(flags, body).payload);
      });
      for (let start = 0; start < stream.length; start += cut) read(stream.subarray(start, start + cut));
      expect(heard).toEqual(payloads.map((payload) => payload.toWellFormed()));
      expect(others).toBe(payloads.length);
    }),
  );
});

test("a length of more than four bytes is refused", () => {
  const read = createPacketReader(() => undefined);
  expect(() => read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))).toThrow(RangeError);
});

test("a large message that comes in many pieces is joined once", () => {
  const payload = "x".repeat(20_000_000);
  const bytes = encodePublish("t", payload, 1, true);
  let heard = "";
  const read = createPacketReader((_, flags, body) => {
    heard = decodePublish(flags, body).payload;
  });
  for (let start = 0; start < bytes.length; start += 1000) read(bytes.subarray(start, start + 1000));
  expect(heard.length).toBe(payload.length);
});
