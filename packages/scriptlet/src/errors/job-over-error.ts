/** Thrown to a block that still waits for an answer when its job has finished. */
export class JobOverError extends Error {
  override readonly name = "JobOverError";
  readonly code = "job_over";

  constructor(request: string) {
    super(
      `${request} was given up: the block finished before the engine answered. Await it before you return.`,
    );
  }
}
