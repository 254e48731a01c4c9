import type { JsonSchema } from "./json-schema.ts";
import type { HandleSchema } from "./read-schema.ts";

/** A handle's schema as a document of its own. */
export function standalone({ schema, definitions }: HandleSchema): JsonSchema {
  if (typeof schema === "boolean" || Object.keys(definitions).length === 0) return schema;
  return { ...schema, $defs: definitions };
}
