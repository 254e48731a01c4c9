/** What every call takes. */
export interface RequestOptions {
  /** Cancels the request in flight; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Instead of the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Added to, and winning over, the client's headers. */
  headers?: Readonly<Record<string, string>>;
}
