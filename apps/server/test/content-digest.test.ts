import fc from "fast-check";
import { expect, test } from "vitest";
import { createContentDigest } from "../src/http/content-digest.ts";

function digestOf(chunks: Iterable<Uint8Array>): string {
  const digest = createContentDigest();
  for (const chunk of chunks) digest.update(chunk);
  return digest.end();
}

function* cut(content: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let start = 0; start < content.length; start += chunkBytes) {
    yield content.subarray(start, start + chunkBytes);
  }
}

test("how a content is cut into chunks does not matter", () => {
  const content = Uint8Array.from({ length: 2_500_000 }, (_, index) => (index * 7_919) % 251);
  const whole = digestOf([content]);
  for (const chunkBytes of [1_023, 65_536, 1_048_575, 1_048_576, 1_048_577]) {
    expect(digestOf(cut(content, chunkBytes))).toBe(whole);
  }
});

test("contents that differ have different digests", () => {
  const [short, long] = [new Uint8Array(1_048_576), new Uint8Array(1_048_577)];
  const swapped = Uint8Array.from({ length: 2 * 1_048_576 }, (_, index) => (index < 1_048_576 ? 1 : 0));
  const digests = [[], [short], [long], [swapped], [swapped.toReversed()]].map(digestOf);
  expect(new Set(digests).size).toBe(digests.length);
  const bytes = fc.uint8Array({ maxLength: 2_000 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const isSame = Buffer.from(one).equals(Buffer.from(other));
      return (digestOf([one]) === digestOf([other])) === isSame;
    }),
  );
});
