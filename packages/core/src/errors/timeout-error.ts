import { doubtSentence } from "./doubt-sentence.ts";
import { OomolConnectError } from "./oomol-connect-error.ts";

export interface TimeoutFacts {
  /** What was awaited, "task 17 to end" for instance. */
  awaited: string;
  timeoutMs: number;
  /** The last trouble while waiting, if there was any. */
  lastFailure?: unknown;
  /** A creation may have reached the server. Default false. */
  mayHaveHappened?: boolean;
}

/** The time that the caller allowed is over: for one request or a whole wait. A task that was awaited goes on. */
export class TimeoutError extends OomolConnectError {
  static override readonly errorName: string = "TimeoutError";
  readonly timeoutMs: number;
  /** The last trouble while waiting, if there was any; also the `cause`. */
  readonly lastFailure: unknown;
  /** A creation was under way and may have reached the server, so the task or installation may exist. */
  readonly mayHaveHappened: boolean;

  constructor({ awaited, timeoutMs, lastFailure, mayHaveHappened = false }: TimeoutFacts) {
    const trouble = lastFailure instanceof Error ? ` The last trouble seen: ${lastFailure.message}` : "";
    const doubt = mayHaveHappened ? doubtSentence : "";
    super("timeout", `Waited ${timeoutMs} ms for ${awaited}, in vain.${trouble}${doubt}`, {
      cause: lastFailure,
    });
    this.timeoutMs = timeoutMs;
    this.lastFailure = lastFailure;
    this.mayHaveHappened = mayHaveHappened;
  }
}
