/** Thrown if the engine does not answer a request in time. It never answers a job that it does not know (oocana-protocol 9.1 #8). */
export class RequestTimeoutError extends Error {
  override readonly name = "RequestTimeoutError";
  readonly code = "request_timeout";
  readonly request: string;
  readonly timeoutMs: number;

  constructor(request: string, timeoutMs: number, hint = "") {
    super(`${request}: Timeout, no answer from the engine within ${timeoutMs} ms.${hint && ` ${hint}`}`);
    this.request = request;
    this.timeoutMs = timeoutMs;
  }
}
