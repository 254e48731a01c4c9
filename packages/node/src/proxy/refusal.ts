/** Ends a request with another answer than the server's: an error of the Connect API, or an answer that the app made. */
export class Refusal extends Error {
  readonly response: Response;

  constructor(
    status: number | Response,
    message = "the app answers by itself",
    { headers, cause }: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.response = typeof status === "number" ? jsonAnswer(errorBody(message), { status, headers }) : status;
  }
}

/** The error body (connect-api 5). */
export function errorBody(message: string): object {
  return { success: false, message, error: { message } };
}

export function jsonAnswer(
  body: unknown,
  { status = 200, headers }: { status?: number; headers?: Headers | Record<string, string> | undefined } = {},
): Response {
  const all = new Headers(headers);
  all.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(body), { status, headers: all });
}
