import { expect, test } from "vitest";
import { BytesInFlight } from "../src/http/bytes-in-flight.ts";

const kibibyte = 1024;
const forEver = new AbortController().signal;

test("those that wait for room get it in their order, and those that go give theirs up", async () => {
  const bytes = new BytesInFlight("answers", 200 * kibibyte);
  const first = await bytes.wait(150 * kibibyte, forEver);
  const got: string[] = [];
  const wait = async (name: string, signal = forEver) => {
    const held = await bytes.wait(100 * kibibyte, signal);
    got.push(name);
    return held;
  };
  const gone = new AbortController();
  const waiting = [wait("one"), wait("gone", gone.signal), wait("two"), wait("three")] as const;
  expect(() => bytes.open().add(100 * kibibyte)).toThrow("as many bytes of answers as it can at once");
  using _small = await bytes.wait(1, forEver);
  expect(got).toEqual([]);
  gone.abort();
  await waiting[1];
  expect(got).toEqual(["gone"]);

  first[Symbol.dispose]();
  const one = await waiting[0];
  expect(got).toEqual(["gone", "one"]);
  one[Symbol.dispose]();
  (await waiting[2])[Symbol.dispose]();
  (await waiting[3])[Symbol.dispose]();
  expect(got).toEqual(["gone", "one", "two", "three"]);
  using all = bytes.open();
  all.add(199 * kibibyte);
});
