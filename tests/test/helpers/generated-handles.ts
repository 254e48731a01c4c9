import fc from "fast-check";

/** A handle's schema, and values of which some fit. */
export interface GeneratedHandle {
  schema: unknown;
  /** Types alone decide, without limits and patterns. */
  isStructural: boolean;
  values: unknown[];
}

/** A schema with a value that fits it, if it was made so. */
interface Sample {
  schema: unknown;
  fit: unknown;
}

const sample = (schema: unknown, fits: fc.Arbitrary<unknown>): fc.Arbitrary<Sample> =>
  fits.map((fit) => ({ schema, fit }));

const name = fc.constantFrom("a", "b c", "constructor", "toString", "__proto__", "größe");
const word = fc.constantFrom("", "a", "ab", "abc", "Größe", "\u{1F600}", "a\u00a0b", "\u3000", "Ω");
const number = fc.constantFrom(0, 1, -1, 2, 0.3, 143.48, 0.25, 7, 1e-7);

const plain = fc.oneof(
  sample({ type: "string" }, word),
  sample({ type: "number" }, number),
  sample({ type: "boolean" }, fc.boolean()),
  sample({ type: "null" }, fc.constant(null)),
  sample({ type: ["string", "null"], nullable: false }, fc.constantFrom("a", null)),
  sample({ type: "number", nullable: true }, fc.constantFrom(1, null)),
  sample({ nullable: true, enum: ["a", 1] }, fc.constantFrom("a", 1, null)),
  sample({ const: { a: [1] } }, fc.constant({ a: [1] })),
  sample({ enum: [{ a: 1, valueOf: 2 }, 1] }, fc.constantFrom({ valueOf: 2, a: 1 }, 1)),
  sample(true, number),
  sample({}, word),
  sample({ $ref: "#/$defs/n", $defs: { n: { type: "string" } } }, word),
);

const limited = fc.oneof(
  sample({ type: "integer" }, fc.constantFrom(1, 2)),
  sample({ type: "number", multipleOf: 0.1 }, fc.constantFrom(0.3, 0)),
  sample({ type: "number", multipleOf: 0.01 }, fc.constantFrom(143.48, 0.25)),
  sample({ minimum: 1, exclusiveMinimum: true }, fc.constantFrom(2, "a")),
  sample({ type: "number", minimum: -1, exclusiveMaximum: 7 }, fc.constantFrom(-1, 2)),
  sample({ type: "string", minLength: 1, maxLength: 1 }, fc.constantFrom("a", "\u{1F600}")),
  sample({ type: "string", pattern: "^[ab]+$" }, fc.constantFrom("a", "ab")),
  sample({ type: "string", pattern: "(?=a)b" }, word),
  sample({ type: "string", pattern: "^(?:[a-z]{1,63}\\.){1,20}$" }, word),
  sample({ type: "string", pattern: "^\\S+$" }, fc.constantFrom("a", "Ω")),
  sample({ type: "string", pattern: "^(?<one>.)$" }, fc.constantFrom("a", "\u{1F600}")),
  sample({ type: "string", pattern: "^\\p{Script=Greek}*$" }, fc.constantFrom("", "Ω")),
  sample({ type: "string", format: "email" }, word),
  sample(
    { type: "array", uniqueItems: true, maxItems: 2 },
    fc.constantFrom([], [{ toString: 1 }, { toString: 2 }]),
  ),
  sample({ type: "array", contains: { const: 1 } }, fc.constantFrom([1], ["a", 1])),
  sample({ items: [{ type: "string" }], additionalItems: false }, fc.constantFrom(["a"], "a")),
  sample({ type: "object", minProperties: 1, propertyNames: { maxLength: 3 } }, fc.constant({ abc: 1 })),
  sample({ properties: { a: { type: "string" } } }, fc.constantFrom({ a: "a" }, 3)),
  sample({ not: { type: "string" } }, number),
  sample({ not: { required: ["valueOf"] } }, fc.constantFrom({}, 1)),
  sample({ dependentRequired: { constructor: ["a"] } }, fc.constantFrom({}, { constructor: 1, a: 1 })),
  sample({ dependencies: { a: ["b c"] } }, fc.constantFrom({ a: 1, "b c": 1 }, {})),
  sample({ type: "object", properties: { a: true }, unevaluatedProperties: false }, fc.constant({ a: 1 })),
  sample({ $ref: "https://example.com/x" }, word),
  sample({ $schema: "http://example.com/x", type: "null" }, word),
  sample({ type: "strin" }, word),
);

/** Objects, lists and tuples around samples; the parts keep their references, whose place is now another. */
function around(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const withoutReferences = inner.filter(({ schema }) => !JSON.stringify(schema).includes("$ref"));
  const list = withoutReferences.chain(({ schema, fit }) =>
    sample({ type: "array", items: schema }, fc.constantFrom([], [fit], [fit, fit])),
  );
  const tuple = fc.tuple(withoutReferences, withoutReferences).map(([one, other]) => ({
    schema: { type: "array", prefixItems: [one.schema, other.schema], items: false, minItems: 1 },
    fit: [one.fit, other.fit],
  }));
  const object = fc
    .tuple(name, withoutReferences, fc.boolean(), fc.boolean())
    .map(([key, part, isNeeded, isOpen]) => ({
      schema: {
        type: "object",
        properties: { [key]: part.schema },
        ...(isNeeded && { required: [key] }),
        ...(!isOpen && { additionalProperties: false }),
      },
      fit: { [key]: part.fit },
    }));
  const either = fc.tuple(withoutReferences, withoutReferences).map(([one, other]) => ({
    schema: { anyOf: [one.schema, other.schema] },
    fit: other.fit,
  }));
  const tree = withoutReferences.map(({ schema, fit }) => ({
    schema: { type: "object", properties: { leaf: schema, kids: { type: "array", items: { $ref: "#" } } } },
    fit: { leaf: fit, kids: [{ leaf: fit, kids: [] }] },
  }));
  return fc.oneof(list, tuple, object, either, tree);
}

/** The same list each time. */
export function generateHandles(count: number): GeneratedHandle[] {
  const structural = fc.oneof(plain, around(plain), around(around(plain).filter(isClosedNowhere)));
  const any = fc.oneof(limited, around(fc.oneof(plain, limited)), around(around(fc.oneof(plain, limited))));
  const handle = fc.oneof(fc.tuple(structural, fc.constant(true)), fc.tuple(any, fc.constant(false)));
  const other = fc.oneof(
    word,
    number,
    fc.constantFrom(null, [], {}, [1], { a: "a" }, { kids: [3] }, { valueOf: 1 }),
  );
  return fc
    .sample(fc.tuple(handle, other), { numRuns: count, seed: 20_261_129 })
    .map(([[{ schema, fit }, isStructural], other]) => ({
      schema,
      isStructural: isStructural && !namesMemberOfAll(schema),
      values: [fit, other],
    }));
}

/** The compiler finds such members in every value. */
function namesMemberOfAll(schema: unknown): boolean {
  return /"(?:constructor|toString)"/.test(JSON.stringify(schema));
}

/** The compiler looks for members too many only in the type of a literal itself, not in one of several. */
function isClosedNowhere({ schema }: Sample): boolean {
  return !JSON.stringify(schema).includes('"additionalProperties":false');
}
