import fc from "fast-check";
import { expect, test } from "vitest";
import { changeAscii, JsonText, jsonParts, parseMembers, writeJson } from "../src/json-text.ts";

const long = "x".repeat(70_000);
const kept = new Set(["output"]);
const parse = (json: string) => parseMembers(Buffer.from(json), kept) as Record<string, unknown>;
const write = (object: object) => writeJson(object).toString();
/** Characters of one to four bytes, those that are escaped, and halves, which are escaped in JSON. */
const anyText = fc.string({
  unit: fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constant("\ud83d")),
});

test("long members that nobody looks into stay bytes, and are written as they were", () => {
  const message = {
    type: "BlockOutput",
    'out"put': long,
    output: { "a,}": [long, '"}', {}] },
    other: long,
    z: null,
  };
  const parsed = parse(JSON.stringify(message));
  expect(parsed.output).toBeInstanceOf(JsonText);
  expect((parsed.output as JsonText).json).toBeInstanceOf(Buffer);
  expect(parsed.other).toBe(long);
  expect(write(parsed)).toBe(JSON.stringify(message));
});

test("nothing of a long member is made a text on its way", () => {
  const json = Buffer.from(JSON.stringify({ type: "BlockOutput", output: [long, "语"] }));
  const { output, ...others } = parseMembers(json, kept) as { output: JsonText };
  expect((output.json as Buffer).buffer).toBe(json.buffer);
  expect(jsonParts({ ...others, output })[3]).toBe(output.json);
  expect(writeJson({ ...others, output })).toEqual(json);
});

test("any object comes back as it was, whatever its characters are", () => {
  const objects = fc.dictionary(anyText, fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }), { maxKeys: 6 });
  fc.assert(
    fc.property(objects, anyText, fc.constantFrom(undefined, 2), (object, inner, indent) => {
      const message = { ...object, output: [inner, long, inner], last: inner };
      const json = JSON.stringify(message, null, indent);
      expect(JSON.parse(write(parse(json)))).toEqual(JSON.parse(json));
    }),
    { seed: 20_261_130, numRuns: 200 },
  );
});

test("a member over several lines is written on one", () => {
  const json = JSON.stringify({ output: [long, "a\nb", { c: [1] }] }, null, 2).replaceAll("\n", "\r\n");
  const written = write(parse(json));
  expect(written).not.toMatch(/[\r\n]/);
  expect(JSON.parse(written)).toEqual(JSON.parse(json));
});

test("whether a value is an object is seen without parsing it", () => {
  const isObject = (value: string) => (parse(`{"output": \n ${value}}`).output as JsonText).isObject;
  expect(isObject(JSON.stringify({ a: long }))).toBe(true);
  expect(isObject(JSON.stringify([long]))).toBe(false);
  expect(new JsonText("{}").isObject).toBe(true);
});

test("what is ASCII is changed in bytes and in texts alike, and leaves the rest as it is", () => {
  const change = (text: string) => text.replaceAll("a", "bb");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(changeAscii(Buffer.from(text), change).toString()).toBe(change(text));
      expect(changeAscii(text, change)).toBe(change(text));
    }),
    { seed: 20_261_130 },
  );
});

test.each(["{", `{"output":"${long}"`, `{"output":[${long}]}`, `{"output":["${long}",]}`])(
  "what is no JSON is refused (case %#)",
  (json) => expect(() => parse(json)).toThrow(SyntaxError),
);
