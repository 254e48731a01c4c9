import fc from "fast-check";
import { expect, test } from "vitest";
import { charactersIn, piecesOfBytes } from "../src/utf8.ts";

const text = fc.string({ unit: "binary", maxLength: 60 });
const settings = { seed: 20_261_130, numRuns: 1_000 };

test("pieces are all of the bytes, in whole characters", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 20 }), (all, sizeBytes) => {
      const pieces = [...piecesOfBytes(Buffer.from(all), sizeBytes)];
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      expect(pieces.map((piece) => decoder.decode(piece)).join("")).toBe(all);
      expect(pieces.every(({ length }) => length <= sizeBytes)).toBe(true);
    }),
    settings,
  );
});

test("characters are counted as the length of the text", () => {
  fc.assert(
    fc.property(text, fc.nat(40_000), (all, padding) => {
      const padded = `${"x".repeat(padding)}${all}`;
      expect(charactersIn(Buffer.from(padded))).toBe(padded.length);
    }),
    settings,
  );
});
