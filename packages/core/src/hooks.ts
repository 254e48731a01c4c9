/** Callbacks for logs, metrics and traces. They never get headers or bodies, and so no tokens. */
export interface ClientHooks {
  /** Before each attempt. The returned headers, W3C `traceparent` for instance, are added to the request. `createTracedClient` does that. */
  onRequest?: (request: RequestInfo) => undefined | Readonly<Record<string, string>>;
  /** After each answer, a failed attempt included. It gets the object that `onRequest` got, with what has come of it. */
  onResponse?: (response: ResponseInfo) => void;
  /** Before the pause that precedes a new attempt. */
  onRetry?: (retry: RetryInfo) => void;
  /** Non-fatal oddities, such as an unknown status; each is reported once. */
  onWarning?: (message: string) => void;
}

/** An attempt that is about to be made. */
export interface RequestInfo {
  method: string;
  /** Path below the base URL, without its query. */
  path: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** `run` of the call's options. */
  run?: object | undefined;
  /** What the server at `baseUrl` has announced so far (connect-api 6). */
  extensions: ReadonlySet<string>;
}

/** An attempt that is over. */
export interface ResponseInfo extends RequestInfo {
  /** `undefined` if no answer came. */
  status: number | undefined;
  /** From the attempt's start until its answer was read, or until it failed. */
  durationMs: number;
  /** The server's `X-Request-Id`. */
  requestId: string | undefined;
}

/** An attempt that failed and is retried. */
export interface RetryInfo extends Pick<RequestInfo, "method" | "path" | "attempt"> {
  /** The pause before the retry. */
  pauseMs: number;
  /** Why the attempt failed, in words. */
  reason: string;
}

/**
 * Hooks that write one line for each answer, retry and warning: `GET /v1/tasks/17 200 4 ms`.
 *
 * @param write Receives the lines. Default `console.debug`.
 */
export function createDebugHooks(write: (line: string) => void = (line) => console.debug(line)): ClientHooks {
  return {
    onResponse: ({ method, path, status, durationMs, attempt }) => {
      const again = attempt > 1 ? ` (attempt ${attempt})` : "";
      write(`${method} ${path} ${status ?? "no answer"} ${Math.round(durationMs)} ms${again}`);
    },
    onRetry: ({ method, path, pauseMs, reason }) =>
      write(`${method} ${path} again in ${Math.round(pauseMs)} ms: ${reason}`),
    onWarning: (message) => write(`warning: ${message}`),
  };
}
