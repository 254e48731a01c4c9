/** What the server declines to do, with the HTTP status and the one sentence that the caller reads. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: RefusalStatus;

  /** When the same request may be taken. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: RefusalStatus,
    message: string,
    { retryAfterSeconds }: { retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** 460 is of tus: a checksum that does not fit. */
export type RefusalStatus =
  | (400 | 401 | 403 | 404 | 408 | 409 | 412 | 413 | 415 | 422 | 423 | 429)
  | 460
  | (501 | 503 | 507);
