import type { RequestOptions } from "../request-options.ts";
import type { Upload } from "../transport/transport.ts";
import type { Schema } from "../wire/index.ts";

/** One call of the API, as a resource describes it. */
export interface HttpCall<Checked extends Schema = Schema> extends RequestOptions {
  method: "GET" | "POST";
  /** Below the base URL, beginning with a slash; ids in it already encoded. */
  path: string;
  query?: Readonly<Record<string, string | number>>;
  json?: unknown;
  upload?: Upload;
  onBytesSent?: (sentBytes: number) => void;
  /** What the answer must hold, and so the type of its data. */
  schema: Checked;
  /** Sending it twice does the same as sending it once. */
  isIdempotent: boolean;
  /** The caller repeats by itself, in a wait. */
  isSingleAttempt?: boolean;
  /** An abort lets the attempt in flight come to its end, and no other follow. An upload is cut off all the same. */
  outlivesAbort?: boolean | undefined;
  /** Sent with each attempt instead of a key of its own, so that several calls can create one task. */
  idempotencyKey?: string | undefined;
  /** The server may hold the answer that long, on top of the timeout. */
  holdMs?: number;
  /** Instead of `baseUrl`, for a separate service. */
  origin?: string;
}
