import { isNestedDeeper, withExactNumbers } from "@oomol/connect-core/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { scanJson, scanJsonInTurns } from "../src/scan-json.ts";

const settings = { seed: 20_261_130, numRuns: 2_000 };
const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("members are found where they stand", () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), {
    maxKeys: 6,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(objects, fc.constantFrom(undefined, 2), (object, indent) => {
      const json = JSON.stringify(object, null, indent);
      const found = scanJson(Buffer.from(json))?.members.map(({ key, start, end }) => [
        key,
        JSON.parse(json.slice(start, end)),
      ]);
      expect(found).toEqual(Object.entries(JSON.parse(json)));
    }),
    settings,
  );
});

test("levels and numbers are those of the text", () => {
  const numbers = fc.constantFrom(
    "1",
    "-0.5",
    "9007199254740993",
    "1e999",
    "123456789.123456789",
    "1e5",
    "-12",
  );
  const texts = fc
    .tuple(fc.jsonValue(), numbers)
    .map(([value, number]) => `[${number},${JSON.stringify(value)}]`);
  fc.assert(
    fc.property(texts, (json) => {
      const scan = scanJson(Buffer.from(json));
      const levels = scan?.levels ?? 0;
      expect([isNestedDeeper(json, levels), isNestedDeeper(json, levels - 1)]).toEqual([false, true]);
      expect(scan?.mayHoldInexactNumber || withExactNumbers(json) === json).toBe(true);
    }),
    settings,
  );
});

test("what is taken for JSON is JSON, and the other way round", () => {
  const pieces = fc.constantFrom(
    ...'{}[],:"\\/ \n\t0123456789.-+eEutrnfalsb\u0001é'.split(""),
    "true",
    "null",
    "\\u00e9",
  );
  const broken = fc
    .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(3), pieces)
    .map(([json, place, cut, piece]) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + piece + json.slice(at + cut);
    });
  const made = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
  const check = (text: string) => {
    expect([text, scanJson(Buffer.from(text)) !== undefined]).toEqual([text, isJson(text)]);
  };
  fc.assert(fc.property(broken, check), { ...settings, numRuns: 20_000 });
  fc.assert(fc.property(made, check), { ...settings, numRuns: 20_000 });
});

test.each([
  ...[
    "",
    " ",
    "1",
    " -0 ",
    "01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "-",
    "+1",
    "1E-7",
    "nul",
    "true",
    "truefalse",
    "[1 2]",
  ],
  ...["[", "]", "[1,]", "{", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", '{"a":1}}', '{"a" : [ ] }', "[[],{}]"],
  ...['"', '"\\x"', '"\\u12g4"', '"\\u12', '"a\\', '"\n"', '"\u007f"', '"\\ud83d"', `"${"x".repeat(100)}\n"`],
  ...[`"${"x".repeat(100)}\\"`, `"${"x".repeat(100)}\\"${"y".repeat(100)}"`, "\uFEFF1", "1\u00a0", "[1]\0"],
])("%j counts as JSON if it is", (text) => {
  expect(scanJson(Buffer.from(text)) !== undefined).toBe(isJson(text));
});

test("a text of brackets is given up at once", () => {
  expect(scanJson(Buffer.from("[".repeat(128) + "]".repeat(128)))?.levels).toBe(128);
  expect(scanJson(Buffer.from("[".repeat(129) + "]".repeat(129)))).toBeUndefined();
});

test("what is large is scanned in turns, whatever stands where one ends", async () => {
  const filling = fc.constantFrom("x", '\\"', "\\\\", "\\u8bed", "语");
  const text = fc
    .tuple(filling, fc.integer({ min: 1, max: 300_000 }))
    .map(([unit, count]) => `"${unit.repeat(count)}"`);
  const list = fc
    .tuple(fc.constantFrom("1", '""', "[]", '{"a":null}', "-1.5e3"), fc.integer({ min: 1, max: 200_000 }))
    .map(([value, count]) => `[${Array(count).fill(value).join()}]`);
  const objects = fc
    .array(fc.oneof(text, list), { minLength: 1, maxLength: 4 })
    .map((values) => `{${values.map((value, index) => `"${index}":${value}`).join()}}`);
  await fc.assert(
    fc.asyncProperty(objects, async (json) => {
      const bytes = Buffer.from(json);
      let turns = 0;
      const count = setInterval(() => (turns += 1), 0);
      const scan = await scanJsonInTurns(bytes);
      clearInterval(count);
      const found = scan?.members.map(({ key, start, end }) => [
        key,
        JSON.parse(bytes.toString("utf8", start, end)),
      ]);
      // Compared here: a failure would print all of it.
      expect(JSON.stringify(Object.fromEntries(found ?? [])) === JSON.stringify(JSON.parse(json))).toBe(true);
      expect(await scanJsonInTurns(bytes.subarray(0, -1))).toBeUndefined();
      if (bytes.length > 8 * 2 ** 20) expect(turns).toBeGreaterThan(1);
    }),
    { seed: 20_261_130, numRuns: 30 },
  );
});
