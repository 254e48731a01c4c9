/** What is known of a schema before it is prepared. */
export interface SchemaTraits {
  /** To check a value may take longer than its size tells: items are compared with each other, references followed again. */
  mayTakeLong: boolean;
}

/** Throws where a schema has more than preparing it has time for, as that grows faster than its size. */
export function requireModest(schema: unknown): SchemaTraits {
  let parts = 0;
  let mayTakeLong = false;
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null) return;
    parts += 1;
    if (parts > mostParts) throw new Error(`it has more than ${mostParts} parts`);
    if (depth > deepest) throw new Error(`it is nested more than ${deepest} levels deep`);
    for (const [key, inner] of Object.entries(value)) {
      if (key === "enum" && Array.isArray(inner) && inner.length > mostValues) {
        throw new Error(`it lists more than ${mostValues} values`);
      }
      if (slowKeywords.has(key)) mayTakeLong = true;
      visit(inner, depth + 1);
    }
  };
  visit(schema, 0);
  return { mayTakeLong };
}

const slowKeywords = new Set(["uniqueItems", "$ref", "$dynamicRef", "$recursiveRef"]);
const mostParts = 2_000;
const mostValues = 2_000;
const deepest = 64;
