import { OomolConnectError } from "./oomol-connect-error.ts";

export interface ApiErrorFacts {
  status: number;
  method: string;
  /** Path below the base URL, without its query. */
  path: string;
  /** The server's own message, if it sent one. */
  serverMessage: string | undefined;
  body: unknown;
  requestId: string | undefined;
  retryAfterMs: number | undefined;
  /** Whether the request had an `Authorization`. Default false. */
  hadToken?: boolean;
  /** Whether `baseUrl` has no path. Default false. */
  isBareAddress?: boolean;
}

/**
 * The server refused the request: a status outside 200…299, or `success: false`
 * (connect-api 5).
 */
export class ApiError extends OomolConnectError {
  static override readonly errorName: string = "ApiError";
  /** HTTP status; 200 if the body says `success: false`, 0 for a redirect whose status the browser hides. */
  readonly status: number;
  readonly method: string;
  /** Path below the base URL, without its query. */
  readonly path: string;
  /** The answer's body: parsed if it is JSON, otherwise its first 2,000 characters. */
  readonly body: unknown;
  /** The server's `X-Request-Id`, for its operator. */
  readonly requestId: string | undefined;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Whether the same request may succeed later: 408, 425, 429 and every 5xx but 501. */
  readonly isRetryable: boolean;

  constructor(facts: ApiErrorFacts) {
    super("api_error", sentence(facts));
    this.status = facts.status;
    this.method = facts.method;
    this.path = facts.path;
    this.body = facts.body;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.isRetryable = isRetryableStatus(facts.status);
  }

  /** The answer's body, under its name in `oomol-connect-sdk`. */
  get response(): unknown {
    return this.body;
  }
}

function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

function sentence(facts: ApiErrorFacts): string {
  const { method, path, status, serverMessage } = facts;
  const said = serverMessage ? `: ${serverMessage}` : ".";
  const given = status === 0 ? "a redirect" : status;
  const answer = status >= 200 && status < 300 ? "was refused" : `was answered with ${given}`;
  return `${method} ${path} ${answer}${said}${advice(facts)}`;
}

function advice({ status, serverMessage, hadToken, isBareAddress }: ApiErrorFacts): string {
  if (status === 401)
    return `${stop(serverMessage)} ${hadToken ? "Check the client's `apiToken`." : "No token was sent."}`;
  if (status === 0 || (status >= 300 && status < 400))
    return `${stop(serverMessage)} Redirects are not followed: check \`baseUrl\`.`;
  if (status === 404 && isBareAddress) return `${stop(serverMessage)} Does \`baseUrl\` lack /api?`;
  // Our own server says more; a gateway sends a page.
  if (status === 413 && serverMessage === undefined)
    return " The server, or a proxy before it, takes no request of this size: for nginx, see `client_max_body_size`.";
  return "";
}

function stop(text: string | undefined): string {
  return text === undefined || /[.!?]$/.test(text) ? "" : ".";
}
