import { expect, test } from "vitest";
import { readSchema } from "../src/read-schema.ts";
import { namedTypesOfSchema, typesOfSchema } from "../src/types-of-schema.ts";

const every = ["array", "boolean", "null", "number", "object", "string"];

test.each<[schema: unknown, types: string[]]>([
  [true, every],
  [false, []],
  [{}, every],
  [{ type: "string" }, ["string"]],
  [{ type: ["integer", "null"] }, ["null", "number"]],
  [{ type: "string", nullable: true }, ["null", "string"]],
  [{ enum: ["1", 2] }, ["number", "string"]],
  [{ const: null }, ["null"]],
  [{ anyOf: [{ type: "string" }, { enum: [1] }] }, ["number", "string"]],
  [{ type: ["string", "number"], oneOf: [{ type: "number" }, { type: "boolean" }] }, ["number"]],
  [{ allOf: [{ type: ["string", "array"] }, { type: ["array", "object"] }] }, ["array"]],
  [{ $ref: "#/$defs/text", $defs: { text: { type: "string" } } }, ["string"]],
  [{ type: "object", properties: { kids: { items: { $ref: "#" } } } }, ["object"]],
  [{ anyOf: [{ type: "string" }, { type: "array", items: { $ref: "#" } }] }, ["array", "string"]],
])("%j takes values of the types %j", (schema, types) => {
  const reading = readSchema(schema);
  expect("unusable" in reading ? reading : [...typesOfSchema(reading)].sort()).toEqual(types);
});

test.each<[schema: unknown, types: string[]]>([
  [{ type: "integer" }, ["integer"]],
  [{ type: ["integer", "null"] }, ["integer", "null"]],
  [{ type: ["integer", "number"] }, ["number"]],
  [{ anyOf: [{ type: "integer" }, { type: "string" }] }, ["integer", "string"]],
  [{ anyOf: [{ type: "integer" }, { type: "number" }] }, ["number"]],
  [{ type: "number", allOf: [{ type: "integer" }] }, ["integer"]],
  [{ $ref: "#/$defs/count", $defs: { count: { type: "integer" } } }, ["integer"]],
  [{}, every],
])("%j names the types %j", (schema, types) => {
  const reading = readSchema(schema);
  expect("unusable" in reading ? reading : [...namedTypesOfSchema(reading)].sort()).toEqual(types);
});
