import { OomolConnectError } from "./oomol-connect-error.ts";

/** The caller's own input is invalid. Nothing was sent. */
export class InvalidInputError extends OomolConnectError {
  static override readonly errorName: string = "InvalidInputError";
  /** The place of the fault, `inputValues[1].handle` for instance. */
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super("invalid_input", `${path}: ${message}`, options);
    this.path = path;
  }
}
