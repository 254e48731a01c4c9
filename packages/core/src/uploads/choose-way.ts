import type { Http } from "../http/http.ts";
import type { HttpCall } from "../http/http-call.ts";
import { requireExtension } from "../http/require-extension.ts";
import { isTransient } from "../http/with-retries.ts";
import type { RequestOptions } from "../request-options.ts";
import type { UploadPart } from "../transport/transport.ts";
import { blocksAnswerSchema } from "../wire/index.ts";
import { isResumable } from "./file-upload.ts";

/** More files would take more time for their requests than a break costs. */
const mostUploads = 100;

/** Servers that take no uploads from this client: they do not announce them, or a proxy does not allow them. */
const without = new WeakSet<Http>();

export function avoidUploads(http: Http): void {
  without.add(http);
}

/** What every server answers. */
export function blocksCall(call: RequestOptions): HttpCall {
  return { ...call, method: "GET", path: "/v1/blocks", schema: blocksAnswerSchema, isIdempotent: true };
}

/** Whether files, some of them large, are better sent by an upload each than by one form. */
export async function mayUpload(
  http: Http,
  parts: readonly UploadPart[],
  call: RequestOptions,
): Promise<boolean> {
  if (without.has(http) || parts.length > mostUploads || !parts.every(isResumable)) return false;
  try {
    await requireExtension(http, "uploads", "", { ...blocksCall(call), isSingleAttempt: true });
    return true;
  } catch (failure) {
    call.signal?.throwIfAborted();
    // A server that could not be asked is asked again; the request that follows tells its own failure.
    if (http.extensions.size === 0 && !isTransient(failure)) avoidUploads(http);
    return false;
  }
}
