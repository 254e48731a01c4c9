/** Thrown when a block that is run in a test does not end in time. */
export class BlockRunTimeoutError extends Error {
  override readonly name = "BlockRunTimeoutError";
  readonly code = "block_run_timeout";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(
      `The block did not end within ${timeoutMs} ms. Does it return, or, having returned keepAlive, call finish?`,
    );
    this.timeoutMs = timeoutMs;
  }
}
