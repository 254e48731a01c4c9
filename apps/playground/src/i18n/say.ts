/** A limit of a schema inside a sentence. */
export function say(limit: unknown): string {
  if (Array.isArray(limit)) return limit.map(say).join(", ");
  return typeof limit === "string" ? limit : (JSON.stringify(limit) ?? "");
}
