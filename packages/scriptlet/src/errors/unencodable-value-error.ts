/**
 * Thrown if a value cannot be sent as JSON: a BigInt, a cycle, a `toJSON` that throws, too deep, too large.
 * The message names the place inside the value.
 */
export class UnencodableValueError extends Error {
  override readonly name = "UnencodableValueError";
  readonly code = "unencodable_value";
  /** The place in the value, such as `output.user.id`. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Could not send ${path || "the value"} as JSON: ${reason}.`, options);
    this.path = path;
  }
}
