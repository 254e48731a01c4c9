import { expect, test } from "vitest";
import { validatorOf } from "../src/inputs/validators.ts";

const verdicts = (schema: object, values: readonly string[]) => {
  const validator = validatorOf(schema, 1_000);
  // From text: `__proto__` is a property like any other there.
  return values.map((value) => validator?.validate(JSON.parse(value)));
};

const names = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__"];

test.each(names)("a property that is called %s is one like any other", (name) => {
  const text = `{"${name}":"text"}`;
  const number = `{"${name}":1}`;
  const properties = JSON.parse(`{"${name}":{"type":"string"}}`);
  expect(verdicts({ properties }, ["{}", text, number])).toEqual([true, true, false]);
  const closed = { properties, additionalProperties: false };
  expect(verdicts(closed, ["{}", text, number, '{"other":1}'])).toEqual([true, true, false, false]);
  expect(verdicts({ additionalProperties: false }, ["{}", text])).toEqual([true, false]);
  expect(verdicts({ required: [name] }, ["{}", text])).toEqual([false, true]);
  const dependentRequired = JSON.parse(`{"${name}":["other"]}`);
  expect(verdicts({ dependentRequired }, ["{}", text])).toEqual([true, false]);
  const dependentSchemas = JSON.parse(`{"${name}":false}`);
  expect(verdicts({ dependentSchemas }, ["{}", text])).toEqual([true, false]);
  expect(verdicts({ dependencies: dependentRequired }, ["{}", text])).toEqual([true, false]);
  expect(verdicts({ propertyNames: { maxLength: 3 } }, ["{}", text])).toEqual([true, false]);
});

test.each(names)("objects with a property that is called %s are compared by what they hold", (name) => {
  const [one, other] = [`{"${name}":{"a":1,"b":2}}`, `{"${name}":{"a":1,"b":3}}`];
  const reversed = `{"${name}":{"b":2,"a":1}}`;
  const own = JSON.parse(one);
  const given = ["{}", one, reversed, other, "7", "null"];
  const fitting = [false, true, true, false, false, false];
  expect(verdicts({ const: own }, given)).toEqual(fitting);
  expect(verdicts({ enum: [own] }, given)).toEqual(fitting);
  expect(verdicts({ enum: [{ a: 1 }] }, given)).toEqual(given.map(() => false));
  const lists = [`[${one},${other}]`, `[${one},${reversed}]`, '["__proto__","__proto__"]', '[1,[1],"1"]'];
  expect(verdicts({ uniqueItems: true }, lists)).toEqual([true, false, false, true]);
});

test("0 and -0 are the same number", () => {
  expect(verdicts({ const: 0 }, ["0", "-0", "0.0"])).toEqual([true, true, true]);
  expect(verdicts({ uniqueItems: true }, ["[0,-0]"])).toEqual([false]);
});
