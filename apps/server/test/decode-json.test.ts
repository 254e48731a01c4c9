import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeJson, decodeText } from "../src/http/decode-json.ts";

const padding = "x".repeat(70_000);
const bytesOf = (text: string) => new TextEncoder().encode(text);

test("a large JSON holds what was sent, whatever its characters are", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(text, text, fc.boolean(), (begin, end, isMostlyOther) => {
      const value = { [begin]: [end, padding], end: isMostlyOther ? "语😀".repeat(9_000) : end };
      const sent = bytesOf(JSON.stringify(value));
      expect(JSON.parse(decodeJson(sent))).toEqual(value);
      expect(sent.byteLength).toBe(0); // freed
    }),
    { seed: 20_261_130, numRuns: 50 },
  );
});

test("a few characters of a large JSON are escaped, so that V8 keeps a byte for each of the others", () => {
  expect(decodeJson(bytesOf(`"${padding}é语😀"`))).toBe(`"${padding}\\u00e9\\u8bed\\ud83d\\ude00"`);
  expect(decodeJson(bytesOf(`"${padding}"`))).toBe(`"${padding}"`);
  expect(decodeJson(bytesOf(`"${"语".repeat(70_000)}"`))).toBe(`"${"语".repeat(70_000)}"`);
});

test("what is no UTF-8 becomes U+FFFD, and a byte order mark stays, in large JSON as in any text", () => {
  for (const pad of ["", padding]) {
    const broken = Buffer.concat([Buffer.from(`"${pad}`), Buffer.from([0xe8, 0xaf, 0x22])]);
    expect(decodeJson(new Uint8Array(broken))).toBe(`"${pad}\ufffd"`);
    expect(decodeText(bytesOf(`\ufeff"${pad}"`))).toBe(`\ufeff"${pad}"`);
    expect(() => JSON.parse(decodeJson(bytesOf(`\ufeff"${pad}"`)))).toThrow(SyntaxError);
  }
});
