import { callExtension } from "./http/call-extension.ts";
import type { Http } from "./http/http.ts";
import type { RequestOptions } from "./request-options.ts";
import type { ServerStatus } from "./types.ts";
import { statusAnswerSchema } from "./wire/status-schemas.ts";

const lack = "gives no status, or only to callers with the role admin";

/** Asks how the server is (connect-api 6.9). It is named to those who may ask: others are told why not by their first request. */
export async function readStatus(http: Http, options: RequestOptions): Promise<ServerStatus> {
  const call = { ...options, method: "GET", path: "/v1/status", isIdempotent: true } as const;
  return (await callExtension(http, "status", lack, { ...call, schema: statusAnswerSchema })).status;
}
