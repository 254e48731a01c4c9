import { doubtSentence } from "./doubt-sentence.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

export interface ConnectionErrorFacts {
  method: string;
  /** The address of the request: scheme, host and path, without query or credentials. */
  address: string;
  reason: string;
  /** How it failed. Default: `got no answer`. */
  outcome?: string;
  /** The request may have reached the server, and creates something. */
  mayHaveHappened: boolean;
  isRetryable: boolean;
  cause?: unknown;
}

/** The server could not be reached, or the connection broke before the end of its answer. */
export class ConnectionError extends OomolConnectError {
  static override readonly errorName: string = "ConnectionError";
  /** The request creates something and may have reached the server, so the task or installation may exist. */
  readonly mayHaveHappened: boolean;
  /** Whether the same request may be sent again safely. */
  readonly isRetryable: boolean;

  constructor({
    method,
    address,
    reason,
    outcome = "got no answer",
    mayHaveHappened,
    isRetryable,
    cause,
  }: ConnectionErrorFacts) {
    const doubt = mayHaveHappened ? doubtSentence : "";
    super("connection_failed", `${method} ${address} ${outcome}: ${reason}.${doubt}`, { cause });
    this.mayHaveHappened = mayHaveHappened;
    this.isRetryable = isRetryable;
  }
}
