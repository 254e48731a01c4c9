import { ApiError, UnsupportedError } from "./errors/index.ts";
import type { Http } from "./http/http.ts";
import type { RequestOptions } from "./request-options.ts";
import type { ServerStatus } from "./types.ts";
import { statusAnswerSchema } from "./wire/status-schemas.ts";

const lack = "gives no status, or only to callers with the role admin";

/** Asks how the server is (connect-api 6.9). It is named to those who may ask: others are told why not by their first request. */
export async function readStatus(http: Http, options: RequestOptions): Promise<ServerStatus> {
  if (http.extensions.size > 0 && !http.extensions.has("status")) throw new UnsupportedError("status", lack);
  const call = { ...options, method: "GET", path: "/v1/status", isIdempotent: true } as const;
  try {
    return (await http.call({ ...call, schema: statusAnswerSchema })).data.status;
  } catch (failure) {
    const isUnknown = failure instanceof ApiError && failure.status === 404 && !http.extensions.has("status");
    throw isUnknown ? new UnsupportedError("status", lack) : failure;
  }
}
