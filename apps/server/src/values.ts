/** True for a plain JSON object: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `"a"`, `"a" and "b"`, `"a", "b" and "c"`: a list of names inside a sentence, the first of them if they are many. */
export function quoteList(names: readonly string[]): string {
  const quoted = names.slice(0, mostListed).map((name) => `"${name}"`);
  if (names.length > mostListed) return `${quoted.join(", ")} and ${names.length - mostListed} more`;
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

const mostListed = 50;

/** The sentence of a thrown value, whatever was thrown. */
export function messageOf(error: unknown): string {
  // Connecting to a name that has several addresses fails with one that says nothing itself.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
