/** Thrown to whoever still waits for an answer when the job that asked has finished. */
export class JobOverError extends Error {
  override readonly name = "JobOverError";
  readonly code = "job_over";

  constructor(request: string) {
    super(
      `${request} was given up: the block finished before the engine answered. Await it before you return.`,
    );
  }
}
