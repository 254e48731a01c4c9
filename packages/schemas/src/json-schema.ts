/** A schema as JSON: `true` fits everything, `false` nothing. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** True for a plain JSON object: not null, not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Why a schema cannot be used; `readSchema` answers its message. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}
