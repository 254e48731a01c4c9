import { Validator } from "@cfworker/json-schema";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { isMultipleOf, portableSchema, readSchema, standalone } from "../src/index.ts";

/** What the validators say of values, in the order of the values; they must agree. */
function judge(jsonSchema: unknown, values: readonly unknown[]): boolean[] {
  const reading = readSchema(jsonSchema);
  if ("unusable" in reading) throw new Error(reading.unusable);
  const document = standalone(reading);
  const compiled = new Ajv2020({ strict: false, validateFormats: false }).compile(document);
  const interpreted = new Validator(document as object, "2020-12");
  const verdicts = values.map((value) => compiled(value));
  expect(values.map((value) => interpreted.validate(value).valid)).toEqual(verdicts);
  return verdicts;
}

const refusalOf = (jsonSchema: unknown) => Object(readSchema(jsonSchema)).unusable;

test("a reference to the whole schema is one to the handle's", () => {
  const schema = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
  expect(judge(schema, [{ kids: [{ kids: [] }] }, { kids: [3] }, 3])).toEqual([true, false, false]);
});

test.each([
  ["a name", { $ref: "#n", $defs: { x: { $anchor: "n", type: "string" } } }],
  ["a name of before 2019", { $ref: "#n", definitions: { x: { $id: "#n", type: "string" } } }],
  ["a dynamic name", { $dynamicRef: "#n", $defs: { x: { $dynamicAnchor: "n", type: "string" } } }],
  ["an address", { $ref: "https://a.b/n", $defs: { x: { $id: "https://a.b/n", type: "string" } } }],
  [
    "an address below another",
    { $id: "https://a.b/c", $ref: "n", $defs: { x: { $id: "n", type: "string" } } },
  ],
  ["its own address", { $id: "https://a.b/c", $ref: "c#/$defs/x", $defs: { x: { type: "string" } } }],
  [
    "a place in an inner one",
    { $ref: "n#/$defs/y", $defs: { x: { $id: "n", $defs: { y: { type: "string" } } } } },
  ],
  ["an escaped place", { $ref: "#/$defs/a~1b%20c", $defs: { "a/b c": { type: "string" } } }],
  ["a place that is no keyword", { $ref: "#/parts/n", parts: { n: { type: "string" } } }],
])("references find %s inside of the schema", (_what, schema) => {
  expect(judge(schema, ["text", 1])).toEqual([true, false]);
});

test.each([
  [{ $ref: "/etc/passwd" }, 'it refers to "/etc/passwd", which it does not contain'],
  [{ $ref: "http://127.0.0.1/x" }, 'it refers to "http://127.0.0.1/x", which it does not contain'],
  [{ $ref: "#/$defs/none" }, 'it refers to "#/$defs/none", which it does not contain'],
  [{ $ref: "#/constructor" }, 'it refers to "#/constructor", which it does not contain'],
  [{ $ref: "#" }, "it refers to itself without end"],
  [
    { allOf: [{ $ref: "#/$defs/a" }], $defs: { a: { not: { $ref: "#/$defs/a" } } } },
    "it refers to itself without end",
  ],
  [{ $schema: "http://a.b/c" }, 'its dialect "http://a.b/c" is not known'],
  [
    { type: "strin" },
    'its "type" must be one or more of array, boolean, integer, null, number, object, string',
  ],
  [{ properties: { a: 3 } }, "it holds something where a schema must be"],
  [{ pattern: "(?<=a)b" }, 'the pattern "(?<=a)b" looks ahead or behind, or refers back'],
  [{ pattern: "(a)\\1" }, 'the pattern "(a)\\\\1" looks ahead or behind, or refers back'],
  [{ patternProperties: { "(": true } }, 'the pattern "(" cannot be read'],
  [{ pattern: "a{2000}" }, 'the pattern "a{2000}" counts further than 1000'],
  [
    { pattern: "(?:[a{9}]{1,63}\\.){20}" },
    'the pattern "(?:[a{9}]{1,63}\\\\.){20}" counts further than 1000',
  ],
  [{ pattern: "(a{0,}b{40}){30,}" }, 'the pattern "(a{0,}b{40}){30,}" counts further than 1000'],
  [
    { pattern: "a{999}".repeat(11) },
    expect.stringMatching(/^the pattern "a.* is larger than a person writes$/),
  ],
  [
    { pattern: `${"(".repeat(101)}a${")".repeat(101)}` },
    expect.stringMatching(/^the pattern "\(.* is larger than a person writes$/),
  ],
  [{ pattern: "(?i:a)" }, 'the pattern "(?i:a)" changes its flags'],
  [{ pattern: "(?<a>x)|(?<a>y)" }, 'the pattern "(?<a>x)|(?<a>y)" gives two groups one name'],
  ["text", "it holds something where a schema must be"],
  [null, "it holds something where a schema must be"],
])("%j cannot be used, and says why", (schema, reason) => {
  expect(refusalOf(schema)).toEqual(reason);
});

test("a pattern may show what others mean by looking ahead, flags and counts", () => {
  expect(judge({ pattern: "^\\(\\?=[(?=]\\\\[1]$" }, ["(?==\\1", "x"])).toEqual([true, false]);
  expect(judge({ pattern: "^[(?i:]\\(\\?i:[{2000}]$" }, ["i(?i:{", "x"])).toEqual([true, false]);
});

test.each([
  ["booleans as schemas", true, [null, 1], [true, true]],
  ["nothing", {}, [null, 1], [true, true]],
  ["nullable without a type", { nullable: true, enum: ["a"] }, ["a", null, "b"], [true, true, false]],
  [
    "null as a type that is not nullable",
    { type: ["string", "null"], nullable: false },
    [null, 1],
    [true, false],
  ],
  ["nullable inside", { items: { nullable: true, type: "string" } }, [["a", null], [1]], [true, false]],
  [
    "tuples of 2020-12",
    { prefixItems: [{ type: "string" }], items: false },
    [["a"], ["a", 1], [1]],
    [true, false, false],
  ],
  [
    "tuples of before",
    { items: [{ type: "string" }], additionalItems: { type: "number" } },
    [
      ["a", 1],
      ["a", "b"],
    ],
    [true, false],
  ],
  ["a list of no tuples", { items: [], additionalItems: false }, [[], [1]], [true, false]],
  [
    "bounds of draft 4",
    { minimum: 1, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: false },
    [1, 2, 3],
    [false, true, true],
  ],
  [
    "dependencies",
    { dependencies: { a: ["b"], c: { required: ["d"] } } },
    [{ a: 1 }, { a: 1, b: 1 }, { c: 1 }],
    [false, true, false],
  ],
  [
    "a known dialect",
    { $schema: "http://json-schema.org/draft-07/schema#", type: "null" },
    [null, 1],
    [true, false],
  ],
  ["formats and widgets say nothing", { format: "email", "ui:widget": "text" }, ["x"], [true]],
  [
    "what is left open",
    { properties: { a: true }, unevaluatedProperties: false },
    [{ a: 1 }, { b: 1 }],
    [true, false],
  ],
  ["a list that refers to itself below", { type: "array", items: { $ref: "#" } }, [[[]], [1]], [true, false]],
])("%s", (_what, schema, values, verdicts) => {
  expect(judge(schema, values)).toEqual(verdicts);
});

test.each([
  [0.3, 0.1, true],
  [143.48, 0.01, true],
  [0.25, 0.1, false],
  [1e21, 7, false],
  [1e-9, 1e-10, true],
  [-4, 2, true],
  [0, 3, true],
])("%s is a multiple of %s: %s", (value, divisor, expected) => {
  expect(isMultipleOf(value, divisor)).toBe(expected);
});

test("two handles fit into one document", () => {
  const list = { $ref: "#/$defs/n", $defs: { n: { type: "array", items: { $ref: "#/$defs/n" } } } };
  const [one, other] = ["a", "b"].map((prefix) => Object(readSchema(list, { prefix })));
  expect(one.schema).toEqual({ $ref: "#/$defs/a1" });
  const document = {
    properties: { one: one.schema, other: other.schema },
    $defs: { ...one.definitions, ...other.definitions },
  };
  expect(new Ajv2020({ strict: false }).compile(document)({ one: [[]], other: [] })).toBe(true);
});

test("descriptions are kept for those who ask for them, as far as they are text", () => {
  const schema = { description: "a", properties: { b: { description: 3, title: "c" } } };
  expect(readSchema(schema, { annotations: ["description", "title"] })).toMatchObject({
    schema: { description: "a", properties: { b: { title: "c" } } },
  });
});

test.each([
  [{ prefixItems: [{ type: "string" }], items: false }, ["a"]],
  [{ prefixItems: [{ type: "string" }], items: { type: "number" } }, ["a", 1]],
  [{ multipleOf: 0.1 }, 0.3],
  [{ not: { multipleOf: 0.1 } }, 0.25],
  [{ oneOf: [{ multipleOf: 0.1 }, { type: "string" }] }, 0.3],
  [{ oneOf: [{ multipleOf: 0.1 }, { multipleOf: 0.25 }] }, 0.3],
  [{ contains: { type: "string" }, minContains: 0 }, []],
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  [{ if: { prefixItems: [{ const: 1 }], items: { const: 2 } }, then: false }, [1, 3]],
  [{ items: false }, []],
  ...Object.getOwnPropertyNames(Object.prototype).flatMap((name): [object, unknown][] => {
    const map = (inner: unknown) => Object.fromEntries([[name, inner]]);
    const object = map(1);
    return [
      [{ properties: map({ type: "string" }) }, {}],
      [{ properties: map({ type: "number" }), additionalProperties: false }, object],
      [{ not: { required: [name] } }, {}],
      [{ dependentRequired: map(["a"]) }, {}],
      [{ dependentSchemas: map(false) }, {}],
      [{ const: object }, map(1)],
      [{ enum: [{ a: 1 }, [object], 7] }, [map(1)]],
      [{ enum: [{ a: 1 }, 7] }, 7],
      [{ uniqueItems: true }, [object, map(2)]],
    ];
  }),
])("the portable form of %j takes what the schema takes, with either dialect", (schema, value) => {
  const reading = Object(readSchema(schema));
  const portable = portableSchema(reading.schema);
  for (const ajv of [new Ajv({ strict: false }), new Ajv2020({ strict: false })]) {
    expect(ajv.compile(portable)(value)).toBe(true);
  }
});
