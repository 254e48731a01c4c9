import { readSchema } from "@oomol/connect-schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { linearPatterns } from "../src/inputs/linear-patterns.ts";

test.each([
  ["^[\\w.-]+@[\\w-]+\\.[a-z]{2,}$", ["a.b@c-d.org"], ["a@b", "a b@c.org"]],
  ["^\\u0041[^/]\\/x-y$", ["A1/x-y"], ["B1/x-y"]],
  ["\\p{L}{2}", ["1éü1"], ["1é1"]],
  ["^(?<year>\\d{4})-(0[1-9]|1[0-2])$", ["2026-11"], ["2026-13"]],
  ["^\\u{1F600}.$", ["\u{1F600}\u{1F600}"], ["x"]],
  ["^\\S+$", ["ab"], ["a\u00a0b", "\ufeff", "\u3000"]],
  ["^[\\s]$", [" ", "\u00a0", "\u000b", "\u2028"], ["a", "\u200b"]],
  ["^.$", ["a", "\u0085"], ["\r", "\u2029"]],
  ["^\\ud83d\\ude00[\\ud83d\\ude00]$", ["\u{1F600}\u{1F600}"], ["\u{1F600}"]],
  ["^[\\p{Script=Han}\\p{sc=Grek}]+$", ["漢Ω"], ["漢a"]],
  ["^[\\P{Uppercase_Letter}]$", ["a"], ["A"]],
  ["^(?<größe>[[\\b])$", ["[", "\b"], ["b"]],
])("reads %s as JavaScript does", (pattern, fitting, others) => {
  const own = linearPatterns(pattern, "u");
  const native = new RegExp(pattern, "u");
  for (const text of [...fitting, ...others]) expect(own.test(text)).toBe(native.test(text));
  expect(fitting.every((text) => own.test(text))).toBe(true);
  expect(others.some((text) => own.test(text))).toBe(false);
});

test("every pattern that the reading of schemas takes says what it says to JavaScript", () => {
  const letter = fc.constantFrom("a", "b", "\\u0061", "\\x62", "\\cJ", "\\/", "\\u{1F600}", "\\ud83d\\ude00");
  const set = fc.constantFrom("\\s", "\\S", "\\w", "\\W", "\\d", "\\D", "\\p{L}", "\\P{Lu}", "\\p{sc=Greek}");
  const member = fc.oneof(
    letter,
    set,
    fc.constantFrom("[", "(?:", "(?=", "{2}", ".", "*", "\\b", "\\-", "^"),
  );
  const characters = fc
    .tuple(fc.constantFrom("[", "[^"), fc.array(member, { maxLength: 3 }))
    .map(([begin, members]) => `${begin}${members.join("")}]`);
  const assertion = fc.constantFrom("^", "$", "\\b", "\\B");
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      { weight: 3, arbitrary: fc.oneof(letter, set, characters, fc.constant(".")) },
      { weight: 1, arbitrary: assertion },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom("(", "(?:", "(?<n>", "(?i:", "(?!"), tie("pattern"))
          .map(([begin, inner]) => `${begin}${inner})`),
      },
    ),
    pattern: fc
      .array(fc.tuple(tie("part"), fc.constantFrom("", "", "*", "+?", "{0}", "{2}", "{1,2}", "{2,}", "|")), {
        maxLength: 4,
      })
      .map((parts) => parts.map((one) => one.join("")).join("")),
  }));
  // None above U+FFFF: Node.js 26 misses them at the end of a text (findings/node-class-before-end-misses-emoji.sh).
  const character = fc.constantFrom(..."abA1_ \n\r\v[(-{.*\b/", "\u00a0", "\u2028", "é", "Ω");
  const text = fc.array(character, { maxLength: 5 }).map((all) => all.join(""));
  let taken = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), (one, texts) => {
      if ("unusable" in readSchema({ pattern: one })) return;
      taken += 1;
      const own = linearPatterns(one, "u");
      const native = new RegExp(one, "u");
      expect(texts.map((given) => own.test(given))).toEqual(texts.map((given) => native.test(given)));
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(500);
});
