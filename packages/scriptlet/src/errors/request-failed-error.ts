/** Thrown if the engine answers a request with an error, or with neither error nor result. */
export class RequestFailedError extends Error {
  override readonly name = "RequestFailedError";
  readonly code = "request_failed";
  /** The request, such as `QueryBlock self::shout`. */
  readonly request: string;

  constructor(request: string, answer: string, options?: ErrorOptions) {
    super(`${request} failed: ${answer}`, options);
    this.request = request;
  }
}
