import { doubtSentence } from "./doubt-sentence.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

export interface TimeoutFacts {
  /** What was awaited, "task 17 to end" for instance. */
  awaited: string;
  timeoutMs: number;
  /** The last failure while waiting, if there was one. */
  lastFailure?: unknown;
  /** A creation may have reached the server. Default false. */
  mayHaveHappened?: boolean;
}

/** The time that the caller allowed has passed, for one request or a whole wait. A task that was awaited goes on. */
export class TimeoutError extends OomolConnectError {
  static override readonly errorName: string = "TimeoutError";
  readonly timeoutMs: number;
  /** The last failure while waiting, if there was one; also the `cause`. */
  readonly lastFailure: unknown;
  /** A creation was in progress and may have reached the server, so the task or installation may exist. */
  readonly mayHaveHappened: boolean;

  constructor({ awaited, timeoutMs, lastFailure, mayHaveHappened = false }: TimeoutFacts) {
    const trouble = lastFailure instanceof Error ? ` The last failure: ${lastFailure.message}` : "";
    const doubt = mayHaveHappened ? doubtSentence : "";
    super("timeout", `Timed out after ${timeoutMs} ms, waiting for ${awaited}.${trouble}${doubt}`, {
      cause: lastFailure,
    });
    this.timeoutMs = timeoutMs;
    this.lastFailure = lastFailure;
    this.mayHaveHappened = mayHaveHappened;
  }
}
