import { describe, expect, test } from "vitest";
import { UnencodableValueError } from "../src/errors/unencodable-value-error.ts";
import { toPlainJson } from "../src/wire/plain-json.ts";

const strictly = (value: unknown) => toPlainJson(value, { strict: true });
const leniently = (value: unknown) => toPlainJson(value, { strict: false });
const big = 2n ** 53n;

describe("a copy says what JSON says", () => {
  test.each([
    [null, null],
    [undefined, undefined],
    [2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
    [true, true],
    [false, false],
    [0, 0],
    [-1.5, -1.5],
    [Number.NaN, null],
    [Number.NEGATIVE_INFINITY, null],
    ["text", "text"],
    ["lone \ud800", "lone \ufffd"],
    [new Number(1), 1],
    [new String("\ud800"), "\ufffd"],
    [new Boolean(false), false],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Map([[1, 2]]), [[1, 2]]],
    [
      [undefined, () => 1, Symbol("s"), 1],
      [null, null, null, 1],
    ],
    [
      { a: { toJSON: () => [1] }, b: { toJSON: 1 } },
      { a: [1], b: { toJSON: 1 } },
    ],
    [Object.assign(() => 1, { toJSON: () => "a function" }), "a function"],
  ])("%o", (value, expected) => {
    expect(strictly(value)).toEqual(expected);
    expect(leniently(value)).toEqual(expected);
  });

  test("and leaves out the keys that JSON leaves out", () => {
    const value = { a: 1, b: undefined, c: () => 1, d: Symbol("s"), e: null, [Symbol("f")]: 1 };
    expect(Object.keys(strictly(value) ?? {})).toEqual(["a", "e"]);
  });

  test("and gives a toJSON that is a method of BigInt its turn", () => {
    const prototype = BigInt.prototype as { toJSON?: () => string };
    prototype.toJSON = function toJSON(this: bigint) {
      return `big ${this}`;
    };
    try {
      expect(strictly([1n])).toEqual(["big 1"]);
    } finally {
      delete prototype.toJSON;
    }
  });

  test("and one of two keys that become the same, the later one", () => {
    expect(strictly({ "\ud800": 1, "\ufffd": 2 })).toEqual({ "\ufffd": 2 });
  });
});

function nested(levels: number): unknown {
  let value: unknown = "inside";
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { value };
  return value;
}

const round: Record<string, unknown> = { list: [] };
round.list = [round];

const unreadable = {
  get inside() {
    throw new Error("closed");
  },
};

describe("what would be lost is told with its place, or noted there", () => {
  test.each<[string, unknown, path: string, reason: string, noted: unknown]>([
    [
      "a BigInt beyond 2^53",
      { a: [big] },
      "a[0]",
      "it is a BigInt beyond 2^53; convert it with String()",
      { a: [`${big}`] },
    ],
    [
      "what contains itself",
      { a: round },
      "a.list[0]",
      "it contains itself",
      { a: { list: ["[Circular]"] } },
    ],
    [
      "a toJSON that throws",
      { a: { toJSON: () => JSON.parse("{") } },
      "a",
      expect.stringMatching(/^its toJSON threw \(.+JSON.+\)$/) as unknown as string,
      { a: "[toJSON threw]" },
    ],
    [
      "a toJSON that throws words",
      [{ toJSON: thrower("no") }],
      "[0]",
      "its toJSON threw (no)",
      ["[toJSON threw]"],
    ],
    [
      "a toJSON that throws what has no text",
      [{ toJSON: thrower(Object.create(null)) }],
      "[0]",
      "its toJSON threw (a value without text)",
      ["[toJSON threw]"],
    ],
    ["a property that throws", { a: unreadable }, "a", "reading it threw (closed)", { a: {} }],
  ])("%s", (_, value, path, reason, noted) => {
    const failure = failureOf(() => strictly(value));
    expect(failure).toBeInstanceOf(UnencodableValueError);
    expect(failure.path).toBe(path);
    const said = /^Could not send .+ as JSON: (.*)\.$/s.exec(failure.message)?.[1];
    expect(said).toEqual(reason);
    expect(leniently(value)).toEqual(noted);
  });

  test("more than 120 levels", () => {
    expect(strictly(nested(120))).toEqual(nested(120));
    expect(() => strictly(nested(121))).toThrow("it is nested deeper than 120 levels");
    expect(JSON.stringify(leniently(nested(121)))).toContain("[Too deep]");
    expect(JSON.stringify(leniently(nested(120)))).toContain("inside");
  });

  test("what contains itself in many places, each of which is copied once", () => {
    const nodes = Array.from({ length: 40 }, (_, id) => ({ id, all: [] as unknown[] }));
    for (const node of nodes) node.all = nodes;
    const text = JSON.stringify(leniently(nodes));
    expect(nodes.every(({ id }) => text.split(`"id":${id},`).length === 2)).toBe(true);
    expect(text.length).toBeLessThan(5_000);
  });

  test.each([
    [
      "a Map",
      () => new Map<string, unknown>(),
      (map: Map<string, unknown>) => map.set("a", map).set("b", map),
    ],
    ["a Set", () => new Set<unknown>(), (set: Set<unknown>) => set.add([set, set])],
  ])("%s that contains itself", (_name, make, fill) => {
    const value = make();
    fill(value as never);
    expect(() => strictly(value)).toThrow("it contains itself");
    expect(JSON.stringify(leniently(value))).toContain("[Circular]");
  });

  test("a toJSON whose object contains it", () => {
    const value = { toJSON: () => ({ a: value, b: value }) };
    expect(() => strictly(value)).toThrow("it contains itself");
    expect(leniently(value)).toEqual({ a: "[Circular]", b: "[Circular]" });
  });

  test("the same object twice is no cycle", () => {
    const shared = { a: [1] };
    expect(strictly([shared, shared, { shared }])).toEqual([shared, shared, { shared }]);
  });
});

function thrower(reason: unknown): () => never {
  return () => {
    throw reason;
  };
}

function failureOf(work: () => unknown): UnencodableValueError {
  try {
    work();
  } catch (failure) {
    // What it is, the test asserts.
    return failure as UnencodableValueError;
  }
  return expect.unreachable("it should have failed");
}
