/** Options of every call. */
export interface RequestOptions {
  /** Cancels the request in flight; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Replaces the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Added to the client's headers, and winning over them. */
  headers?: Readonly<Record<string, string>>;
}
