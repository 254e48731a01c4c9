import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { bodyStream } from "../src/body-stream.ts";

test("gives the bytes of a stream", async () => {
  const stream = bodyStream(Readable.from([Buffer.from("a"), Buffer.from("bc")]));
  expect((await buffer(stream)).toString()).toBe("abc");
});

test("a stream that breaks before anybody reads it fails whoever reads it then", async () => {
  const source = new Readable({ read() {} });
  const reader = bodyStream(source).getReader();
  source.destroy(new Error("gone"));
  await new Promise((resolve) => source.once("close", resolve));
  await expect(reader.read()).rejects.toThrow("gone");
});

test("who leaves ends the stream, even while it is silent", async () => {
  const source = new Readable({ read() {} });
  const reader = bodyStream(source).getReader();
  const read = reader.read();
  await reader.cancel();
  expect((await read).done).toBe(true);
  expect(source.destroyed).toBe(true);
});
