/** A value by its class or its type, in a sentence: `a Map`. */
export function nameOf(data: unknown): string {
  if (data === null) return "null";
  // Generators have a tag alone.
  const tag = (data as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const name = typeof data === "object" ? data.constructor?.name || String(tag ?? "object") : typeof data;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
