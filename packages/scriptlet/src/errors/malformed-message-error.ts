/** Thrown for a message of the engine that does not follow the protocol. */
export class MalformedMessageError extends Error {
  override readonly name = "MalformedMessageError";
  readonly code = "malformed_message";

  constructor(message: string, field: string, expected: string, seen: unknown) {
    const kind = seen === null ? "null" : Array.isArray(seen) ? "a list" : typeof seen;
    super(`The engine's ${message} must hold ${expected} in \`${field}\`, and holds ${kind}.`);
  }
}
