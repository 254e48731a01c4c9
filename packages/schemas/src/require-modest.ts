import { SchemaError } from "./json-schema.ts";

/** Throws for a schema that is larger than any person writes: preparing it takes time that grows faster than its size. */
export function requireModest(schema: unknown): void {
  let parts = 0;
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null) return;
    parts += 1;
    if (parts > mostParts) throw new SchemaError(`it has more than ${mostParts} parts`);
    if (depth > deepest) throw new SchemaError(`it is nested more than ${deepest} levels deep`);
    for (const [key, inner] of Object.entries(value)) {
      if (key === "enum" && Array.isArray(inner) && inner.length > mostValues) {
        throw new SchemaError(`it lists more than ${mostValues} values`);
      }
      visit(inner, depth + 1);
    }
  };
  visit(schema, 0);
}

const mostParts = 2_000;
const mostValues = 2_000;
const deepest = 64;
