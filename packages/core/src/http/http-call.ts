import type { RequestOptions } from "../request-options.ts";
import type { Upload } from "../transport/transport.ts";
import type { Schema } from "../wire/index.ts";

/** One call of the API, as a resource describes it. */
export interface HttpCall<Checked extends Schema = Schema> extends RequestOptions {
  method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";
  /** Below the base URL, beginning with a slash; ids are already encoded. */
  path: string;
  query?: Readonly<Record<string, string | number>>;
  json?: unknown;
  upload?: Upload;
  onBytesSent?: (sentBytes: number) => void;
  /** The schema of the answer, which gives the type of its data. */
  schema: Checked;
  /** Sending it twice has the same effect as sending it once. */
  isIdempotent: boolean;
  /** The caller retries by itself, in a wait. */
  isSingleAttempt?: boolean;
  /** On abort, the attempt in flight still finishes, and no other follows. An upload is cut off nevertheless. */
  outlivesAbort?: boolean | undefined;
  /** Sent with each attempt instead of a new key, so that several calls can create one task. */
  idempotencyKey?: string | undefined;
  /** How long the server may hold the answer, in addition to the timeout. */
  holdMs?: number;
  /** The answer must begin within this time, whatever the timeout allows. */
  proofMs?: number;
  /** Instead of `baseUrl`, for a separate service. */
  origin?: string;
}
