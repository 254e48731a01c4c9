import { OomolConnectError } from "./oomol-connect-error.ts";

export interface TimeoutFacts {
  /** What was awaited, "task 17 to end" for instance. */
  awaited: string;
  timeoutMs: number;
  /** The last trouble while waiting, if there was any. */
  lastFailure?: unknown;
}

/** The time that the caller allowed is over. The task itself goes on. */
export class TimeoutError extends OomolConnectError {
  static override readonly errorName: string = "TimeoutError";
  readonly timeoutMs: number;
  /** The last trouble while waiting, if there was any; also the `cause`. */
  readonly lastFailure: unknown;

  constructor({ awaited, timeoutMs, lastFailure }: TimeoutFacts) {
    const trouble = lastFailure instanceof Error ? ` The last trouble seen: ${lastFailure.message}` : "";
    super("timeout", `Waited ${timeoutMs} ms for ${awaited}, in vain.${trouble}`, { cause: lastFailure });
    this.timeoutMs = timeoutMs;
    this.lastFailure = lastFailure;
  }
}
