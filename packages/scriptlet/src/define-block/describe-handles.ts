import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { HandleDef } from "../wire/messages.ts";
import type { HandleSchemas } from "./handle-schemas.ts";

/** JSON Schema of one schema; `io` selects its input or its output. */
// A library's own converter takes its own schemas only.
export type JsonSchemaConverter = (schema: never, options: { io: "input" | "output" }) => object;

/** Handle definitions as in a manifest (oocana-protocol 7.2), as far as the schemas define them. */
export function describeHandles(
  schemas: HandleSchemas,
  io: "input" | "output",
  convert: JsonSchemaConverter | undefined,
): HandleDef[] {
  return Object.entries(schemas).map(([handle, schema]) => {
    const { $schema: _, description, default: value, ...json_schema } = toJsonSchema(schema, io, convert);
    return {
      handle,
      ...(typeof description === "string" && { description }),
      ...(Object.keys(json_schema).length > 0 && { json_schema }),
      ...(io === "input" && takesNothing(schema) && { nullable: true }),
      ...(io === "input" && value !== undefined && { value }),
    };
  });
}

function toJsonSchema(
  schema: StandardSchemaV1,
  io: "input" | "output",
  convert: JsonSchemaConverter | undefined,
): Record<string, unknown> {
  try {
    // A library's extensions of Standard Schema can only be probed.
    const { jsonSchema } = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
    // The engine's own manifests use draft 7; a schema without JSON Schema accepts anything.
    const options = { target: "draft-07", libraryOptions: { unrepresentable: "any" } };
    if (jsonSchema !== undefined) return jsonSchema[io](options);
    return { ...convert?.(schema as never, { io }) };
  } catch {
    // A type without JSON Schema, such as a class: leave it out.
    return {};
  }
}

/** Whether the handle may be left unconnected. */
function takesNothing(schema: StandardSchemaV1): boolean {
  return [null, undefined].some((nothing) => {
    const result = schema["~standard"].validate(nothing);
    if (!(result instanceof Promise)) return result.issues === undefined;
    result.catch(() => undefined);
    return false;
  });
}
