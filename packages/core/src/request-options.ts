/** Options of every call. */
export interface RequestOptions {
  /** Cancels the request in flight; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Replaces the client's `timeoutMs`. */
  timeoutMs?: number;
  /** Added to the client's headers, and winning over them. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Shown to the client's hooks with each request of this call: what it belongs to, for those who trace. */
  run?: object | undefined;
}

/** Those that each request of a task's watch has, too. */
export type OwnOptions = Pick<RequestOptions, "headers" | "run">;
