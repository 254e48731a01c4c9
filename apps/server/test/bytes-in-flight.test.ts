import { expect, test } from "vitest";
import { BytesInFlight } from "../src/http/bytes-in-flight.ts";

const kibibyte = 1024;
const forEver = new AbortController().signal;

test("those that wait for room get it in their order, and those that go give theirs up", async () => {
  const bytes = new BytesInFlight("answers", 200 * kibibyte, 200 * kibibyte);
  const first = await bytes.wait("ada", 150 * kibibyte, forEver);
  const got: string[] = [];
  const wait = async (name: string, signal = forEver) => {
    const held = await bytes.wait("ada", 100 * kibibyte, signal);
    got.push(name);
    return held;
  };
  const gone = new AbortController();
  const waiting = [wait("one"), wait("gone", gone.signal), wait("two"), wait("three")] as const;
  expect(() => bytes.open("ada").add(100 * kibibyte)).toThrow("as many bytes of answers as it can at once");
  using _small = await bytes.wait("ada", 1, forEver);
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
  using all = bytes.open("ada");
  all.add(199 * kibibyte);
});

test("a caller who holds his share keeps nobody else from theirs, and is served again when he gives some up", async () => {
  const bytes = new BytesInFlight("answers", 400 * kibibyte, 300 * kibibyte);
  const held = [
    await bytes.wait("ada", 200 * kibibyte, forEver),
    await bytes.wait("ada", 100 * kibibyte, forEver),
  ];
  expect(() => bytes.open("ada").add(100 * kibibyte)).toThrow("as many bytes of answers as it can at once");
  const got: string[] = [];
  const wait = async (caller: string, name: string) => {
    const one = await bytes.wait(caller, 100 * kibibyte, forEver);
    got.push(name);
    return one;
  };
  const waiting = [wait("ada", "ada's first"), wait("ada", "ada's second"), wait("bob", "bob's")] as const;
  await waiting[2];
  expect(got).toEqual(["bob's"]);
  held[1]?.[Symbol.dispose]();
  await waiting[0];
  expect(got).toEqual(["bob's", "ada's first"]);
  held[0]?.[Symbol.dispose]();
  await waiting[1];
  expect(got).toEqual(["bob's", "ada's first", "ada's second"]);
});
