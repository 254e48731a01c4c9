/** What happens on the wire, for logs, metrics and traces. Headers and bodies, and so tokens, are never shown. */
export interface ClientHooks {
  /** Before each attempt. The returned headers, W3C `traceparent` for instance, are added to the request. */
  onRequest?: (request: RequestInfo) => undefined | Readonly<Record<string, string>>;
  /** After each answer, a failed attempt included. */
  onResponse?: (response: ResponseInfo) => void;
  /** Before the pause that precedes a new attempt. */
  onRetry?: (retry: RetryInfo) => void;
  /** What is odd but does not stop anything, such as a task status that this client does not know. Said once each. */
  onWarning?: (message: string) => void;
}

/** An attempt that is about to be made. */
export interface RequestInfo {
  method: string;
  /** Path below the base URL, without its query. */
  path: string;
  /** 1 for the first attempt. */
  attempt: number;
}

/** An attempt that is over. */
export interface ResponseInfo extends RequestInfo {
  /** `undefined` where no answer came. */
  status: number | undefined;
  /** From the attempt's start until its answer was read, or until it failed. */
  durationMs: number;
  /** The server's `X-Request-Id`. */
  requestId: string | undefined;
}

/** An attempt that failed and is made again. */
export interface RetryInfo extends RequestInfo {
  /** How long the client pauses before. */
  pauseMs: number;
  /** What went wrong, in words. */
  reason: string;
}

/**
 * Hooks that write one line for each answer, retry and warning: `GET /v1/tasks/17 200 4 ms`.
 *
 * @param write Where lines go. Default `console.debug`.
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
