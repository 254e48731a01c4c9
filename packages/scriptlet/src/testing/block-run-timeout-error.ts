/** Thrown if a block does not end in time in a test. */
export class BlockRunTimeoutError extends Error {
  override readonly name = "BlockRunTimeoutError";
  readonly code = "block_run_timeout";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(
      `The block did not end within ${timeoutMs} ms. It must return or, if it returned keepAlive, call finish.`,
    );
    this.timeoutMs = timeoutMs;
  }
}
