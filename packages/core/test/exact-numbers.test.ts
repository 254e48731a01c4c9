import { findInexactNumber, inexactNumbersIn, withExactNumbers } from "@oomol/connect-core/wire";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  ["9007199254740993", '"9007199254740993"'],
  ["-9223372036854775807", '"-9223372036854775807"'],
  [
    '{"a":[1,9007199254740993,{"b":-9007199254740993}]}',
    '{"a":[1,"9007199254740993",{"b":"-9007199254740993"}]}',
  ],
  ["[1e400,-1E+999]", '["1e400","-1E+999"]'],
  [`[${"9".repeat(400)}]`, `["${"9".repeat(400)}"]`],
])("a number that reading would change becomes text: %s", (json, exact) => {
  expect(withExactNumbers(json)).toBe(exact);
});

test.each([
  "9007199254740992", // 2^53
  "18446744073709551616", // 2^64, which a double holds
  "0.12345678901234567890",
  "1.7976931348623157e308",
  "1e-400",
  '{"id":"9007199254740993","9007199254740993":"\\"9007199254740993"}',
  '"\\\\",9007199254740992',
])("everything else stays as it is: %s", (json) => {
  expect(withExactNumbers(json)).toBe(json);
});

test("any JSON reads the same, and integers of any size keep their digits", () => {
  const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
  fc.assert(
    fc.property(fc.jsonValue(), integer, fc.string(), (value, big, key) => {
      const json = JSON.stringify({ [`k${key}`]: value, text: `${big}` });
      expect(JSON.parse(withExactNumbers(json))).toEqual(JSON.parse(json));
      const read: unknown = JSON.parse(withExactNumbers(`[${big}]`))[0];
      expect(String(read) === `${big}` || BigInt(read as number) === big).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("finds where the first one is, and says what becomes of it", () => {
  const found = (value: string) =>
    findInexactNumber(`[{"nodeId":"_","inputs":[{"handle":"id","value":${value}}]}]`);
  expect(found('{"rows":[1,9007199254740993]}')).toEqual({
    path: [0, "inputs", 0, "value", "rows", 1],
    description: "9007199254740993, which readers of JSON change to 9007199254740992",
    refusal:
      'The input "id" holds 9007199254740993, which readers of JSON change to 9007199254740992; give it as text.',
  });
  expect(found("1e400")?.refusal).toBe(
    'The input "id" holds 1e400, which readers of JSON change; give it as text.',
  );
  expect(found('"9007199254740993"')).toBeUndefined();
  expect(findInexactNumber('{"a":9007199254740993}')).toMatchObject({
    path: ["a"],
    refusal: expect.stringContaining("The JSON holds 9007199254740993"),
  });
});

test("text that is no JSON is somebody else's to refuse, however deep or long", () => {
  for (const text of ["9007199254740993 {", "[9007199254740993", `${"[".repeat(100_000)}9007199254740993`]) {
    expect(findInexactNumber(text)).toBeUndefined();
  }
  const deep = `${"[".repeat(5_000)}9007199254740993${"]".repeat(5_000)}`;
  expect(findInexactNumber(deep)?.path).toHaveLength(5_000);
  expect([...inexactNumbersIn("9".repeat(1_000_000))]).toHaveLength(1);
});
