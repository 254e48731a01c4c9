import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chunks, gathered } from "../src/gathered.ts";

const chunksOf = (list: readonly Uint8Array[], givesAway: boolean): Chunks => {
  const left = [...list];
  return { givesAway, next: async () => left.shift(), cancel: async () => undefined };
};

/** What a reader gets that leaves the source time for `pause` chunks before each read. */
async function readAll(stream: ReadableStream<Uint8Array>, pauses: readonly number[] = []): Promise<Buffer> {
  const got: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let round = 0; ; round += 1) {
    for (let ticks = (pauses[round] ?? 0) * 4; ticks > 0; ticks -= 1) await undefined;
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(got);
    expect(value.byteLength).toBeGreaterThan(0);
    got.push(Uint8Array.from(value));
  }
}

test("whatever the chunks and the reader's pace, the bytes are the same", async () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 60_000, max: 70_000 }),
    fc.constant(2 ** 17),
    fc.integer({ min: 2 ** 17 - 1, max: 600_000 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(size, { maxLength: 12 }),
      fc.array(fc.nat(9)),
      fc.boolean(),
      async (sizes, pauses, givesAway) => {
        const list = sizes.map((bytes, index) => new Uint8Array(bytes).fill(index + 1));
        const got = await readAll(gathered(chunksOf(list, givesAway)), pauses);
        expect(got.equals(Buffer.concat(list))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test("small chunks go out together, in full pieces, and as they are at the end", async () => {
  let given = 0;
  const source: Chunks = {
    givesAway: true,
    next: async () => (given++ < 600 ? new Uint8Array(1_000) : undefined),
    cancel: async () => undefined,
  };
  const lengths: number[] = [];
  const reader = gathered(source).getReader();
  for (;;) {
    const { value } = await reader.read();
    if (!value) break;
    lengths.push(value.byteLength);
  }
  expect(lengths).toEqual([2 ** 18, 2 ** 18, 600_000 - 2 ** 19]);
});

test("a reader that waits gets each chunk when it comes", async () => {
  const source = new Readable({ read() {} });
  const iterator = source[Symbol.asyncIterator]();
  const reader = gathered({
    givesAway: true,
    next: async () => (await iterator.next()).value,
    cancel: async () => void source.destroy(),
  }).getReader();
  for (const text of ["a", "bc"]) {
    const read = reader.read();
    source.push(text);
    expect(Buffer.from((await read).value ?? []).toString()).toBe(text);
  }
  await reader.cancel();
  expect(source.destroyed).toBe(true);
});

test("a source that fills the same memory again is copied before", async () => {
  const buffer = new Uint8Array(200_000);
  let round = 0;
  const next = async () => {
    round += 1;
    return round <= 5 ? buffer.fill(round) : undefined;
  };
  const got = await readAll(
    gathered({ givesAway: false, next, cancel: async () => undefined }),
    [2, 2, 2, 2],
  );
  expect(got.length).toBe(1_000_000);
  for (const [index, byte] of got.entries())
    if (byte !== Math.floor(index / 200_000) + 1) expect.fail(`${byte} at ${index}`);
});

describe("the end of a source", () => {
  test("that fails comes after what it gave before", async () => {
    let round = 0;
    const next = async () => {
      round += 1;
      if (round === 3) throw new Error("gone");
      return new Uint8Array(10);
    };
    const reader = gathered({ givesAway: true, next, cancel: async () => undefined }).getReader();
    let bytes = 0;
    const drain = async () => {
      for (;;) bytes += (await reader.read()).value?.byteLength ?? 0;
    };
    await expect(drain()).rejects.toThrow("gone");
    expect(bytes).toBe(20);
  });

  test("is not awaited by a reader that leaves", async () => {
    let isCancelled = false;
    const source: Chunks = {
      givesAway: true,
      next: () => new Promise(() => undefined),
      cancel: async () => {
        isCancelled = true;
      },
    };
    const reader = gathered(source).getReader();
    const read = reader.read();
    await reader.cancel();
    expect((await read).done).toBe(true);
    expect(isCancelled).toBe(true);
  });
});
