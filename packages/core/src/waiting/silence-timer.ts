/** Aborts its signal after too long a silence; each sign of life winds it up again. Runs from `start` to `stop`. */
export class SilenceTimer extends AbortController {
  readonly #reason: (() => unknown) | undefined;
  /** 0 while it does not run. */
  #timeoutMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param reason Of the abort; asked for when it comes. */
  constructor(reason?: () => unknown) {
    super();
    this.#reason = reason;
  }

  /** From now on a silence of `timeoutMs` aborts. */
  start(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.windUp();
  }

  /** There was a sign of life. One that comes before `start` or after `stop` does nothing. */
  windUp(): void {
    clearTimeout(this.#timer);
    // What no timer can hold is no limit.
    if (this.#timeoutMs > 0 && this.#timeoutMs < 2 ** 31)
      this.#timer = setTimeout(() => this.abort(this.#reason?.()), this.#timeoutMs);
  }

  /** Leaves no timer. */
  stop(): void {
    this.#timeoutMs = 0;
    this.windUp();
  }
}
